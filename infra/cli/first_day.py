"""What the first day would bring after an import: how many documents start on which stage."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from infra.cli.api import Api, segment
from infra.cli.notice_words import stage, what
from infra.cli.output import as_typed, count, show_table, talk

_PAGES_MAX = 20
"""Of a hundred customers each: more is told by the dry run."""


def show_first_day(api: Api, entity: str) -> None:
    """Say what a sweep would say now and what to do first, while the entity holds all messages."""
    place = f"/entities/{segment(entity)}"
    if not api.get(place)["hold_all"]:
        return
    messages, looked_at, all_read = _messages(api, place)
    if not messages:
        return
    documents, customers = counted(messages)
    rows = [
        (stage(name), what(channel), str(asked), str(customers[name, channel]))
        for (name, channel), asked in documents.most_common()
    ]
    title = "If it were released now, these would start at once"
    show_table(title, ("stage", "by", ">documents", ">customers"), rows)
    if not all_read:
        talk().print(f"Of the first {count(looked_at, 'customer')}; the dry run tells all.")
    for line in _first(entity):
        talk().print(line, markup=False, soft_wrap=True)


def counted(
    messages: Iterable[Mapping[str, Any]],
) -> tuple[Counter[tuple[str, str]], Counter[tuple[str, str]]]:
    """Return how many documents messages ask for and how many customers get one, by stage."""
    documents: Counter[tuple[str, str]] = Counter()
    customers: Counter[tuple[str, str]] = Counter()
    for message in messages:
        of = (message["stage"], message["channel"])
        asked = {i["document_id"].partition("/")[0] for i in message["items"] if i["asked"]}
        documents[of] += len(asked)
        customers[of] += 1
    return documents, customers


def _messages(api: Api, place: str) -> tuple[list[Any], int, bool]:
    """Return messages of the dry run, how many customers it looked at, and whether at all."""
    messages: list[Any] = []
    looked_at, cursor = 0, ""
    for _ in range(_PAGES_MAX):
        page = api.get(f"{place}/dry-run", cursor=cursor)
        messages += page["messages"]
        looked_at += page["looked_at"]
        cursor = page["next"] or ""
        if not cursor:
            return messages, looked_at, True
    return messages, looked_at, False


def _first(entity: str) -> tuple[str, ...]:
    dry, release = (f"{words} {entity}" for words in ("sweep --dry-run --entity", "entity release"))
    return (
        "Nothing goes out before the entity is released. Before that:",
        "  - debts that were chased elsewhere: name the stage that they had reached, in the column",
        "    stage_done of the invoices' file (docs/files.md), and import it again;",
        f"  - who is not to be written to yet: {as_typed('hold put CUSTOMER')};",
        f"  - who would get what: {as_typed(dry)};",
        f"  - then a few a day at first: {as_typed(f'{release} --cap 50')}.",
    )
