"""sweep: do it now, or show what it would do."""

import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any

import typer

from infra.cli.api import Api, segment
from infra.cli.errors import CliError, Exit
from infra.cli.moments import when
from infra.cli.notice_words import uncharged
from infra.cli.output import (
    AsJson,
    EntityName,
    count,
    data,
    progress,
    show_json,
    show_table,
    sums,
    talk,
)

_LOOK_EVERY_S = 0.25
_WAIT_S = 300
_CHANNELS = {"email": "mail", "letter": "letter", "sms": "text message"}
_WHY_QUIET = {
    "not_a_sending_day": "no messages go out on this day",
    "holiday": "it is a holiday where they are",
    "at_most": "enough was said lately",
    "quiet_hours": "these are quiet hours",
    "held": "on hold",
}


def sweep(
    entity: EntityName = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only show what it would say.")
    ] = False,
    at: Annotated[
        str | None, typer.Option(help="With --dry-run: a day, such as 2026-03-01, or an instant.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Look at every customer who may be due, now, and say what is to be said.

    A dry run of a past day goes by that day's facts.

    Example: duecourse sweep --dry-run --at 2026-03-01
    """
    api = Api.found()
    of = api.entity(entity)
    if at and not dry_run:
        raise CliError("--at goes with --dry-run: a sweep is always now.", Exit.USAGE)
    if dry_run:
        found = all_of_dry_run(api, of, at)
        show_json(found) if as_json else show_dry_run(found)
        return
    run = api.post(f"/entities/{segment(of)}/sweeps")["run_id"]
    done = wait_for(api, of, run)
    if as_json:
        show_json(done)
        return
    names = ("customers", "claimed", "held", "capped", "lost")
    show_table("", (*(f">{n}" for n in names),), [[str(done[n]) for n in names]])


def wait_for(api: Api, entity: str, run: str) -> Any:
    """Return the sweep's outcome once it is done. Raises CliError where it takes too long."""
    deadline = time.monotonic() + _WAIT_S
    while time.monotonic() < deadline:
        try:
            found = api.get(f"/entities/{segment(entity)}/sweeps/{run}")
        except CliError as error:
            if error.code is not Exit.REFUSED:
                raise
            found = None
        if found and found["state"] == "done":
            return found
        time.sleep(_LOOK_EVERY_S)
    raise CliError(f"sweep {run} is not done after {_WAIT_S} s", Exit.TIMEOUT)


def all_of_dry_run(api: Api, entity: str, at: str | None) -> Any:
    """Return a dry run with the messages of all its pages."""
    whole: dict[str, Any] = {}
    cursor = ""
    with progress() as bar:
        task = bar.add_task("Deciding", total=None)
        while True:
            page = api.get(f"/entities/{segment(entity)}/dry-run", **when(at), cursor=cursor)
            messages = [*whole.get("messages", []), *page["messages"]]
            looked_at = whole.get("looked_at", 0) + page["looked_at"]
            whole = {**page, "messages": messages, "looked_at": looked_at}
            bar.update(task, total=page["candidates"], completed=looked_at)
            cursor = page["next"]
            if not cursor:
                return whole


def by_channel(messages: Sequence[Mapping[str, Any]]) -> str:
    """Return how many of each channel there are, such as 2 mails, 1 call; "nothing" for none."""
    told = Counter(m["channel"] for m in messages)
    return ", ".join(count(n, _CHANNELS.get(c, c)) for c, n in told.items()) or "Nothing to say"


def _quiet(found: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield why nothing is said, and until when: a line a reason, most customers first."""
    if not found:
        yield "Nobody is due."
    for one in sorted(found, key=lambda q: -int(q["customers"])):
        until = f"; next on {one['again_on']}" if one["again_on"] else ""
        why = _WHY_QUIET.get(one["code"], one["code"].replace("_", " "))
        yield f"{count(one['customers'], 'customer')}: {why}{until}."


def show_dry_run(found: Any) -> None:
    """Print a dry run as a table."""
    rows = [
        (
            m["name"],
            m["stage"],
            m["channel"] + (", first message" if m.get("first") else ""),
            ", ".join(i["number"] for i in m["items"] if i["asked"]),
            sums(i["payable"] for i in m["items"] if i["asked"]),
            sums(f["amount"] for f in m["fees"]),
        )
        for m in found["messages"]
    ]
    columns = ("customer", "stage", "channel", "asks for", ">amount", ">new fees")
    show_table(f"What a sweep would say on {found['on']}", columns, rows)
    for message in found["messages"]:
        for one in message.get("uncharged", []):
            data().print(uncharged(one), markup=False, highlight=False)
    looked_at = count(found["looked_at"], "customer")
    talk().print(f"{by_channel(found['messages'])}; {looked_at} looked at.")
    if not rows:
        for line in _quiet(found.get("quiet", [])):
            talk().print(line)
    if found.get("erp_stale") and found.get("undated"):  # of a time that is past
        old = f"The facts were old ({found['erp_stale']}): nothing of this was said meanwhile."
        talk().print(old, markup=False)
    elif found.get("erp_stale"):
        old = f"The facts are old ({found['erp_stale']}): nothing of this is said before"
        talk().print(f"{old} they are fresh again.", markup=False)
