"""A sync that was asked for, followed until it is through, has failed, or took too long."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rich.progress import Progress, TaskID

from infra.cli.api import Api, segment
from infra.cli.errors import Exit
from infra.cli.output import count, progress, show_table, talk

_LOOK_EVERY_S = 0.5
_BECAME = ("new", "updated", "unchanged", "parked")


@dataclass(frozen=True, slots=True)
class Wish:
    """A sync of one connection: how the connection stood before, and when it was asked for."""

    before: Mapping[str, Any]
    at: datetime

    @property
    def name(self) -> str:
        """Return the connection's name."""
        return str(self.before["name"])

    def read(self, now: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Return for each kind what came since it was asked for, in records and pages."""
        old = {p["kind"]: p for p in self.before["pulled"]}
        return [
            {"kind": p["kind"]}
            | {what: p[what] - old.get(p["kind"], {}).get(what, 0) for what in (*_BECAME, "pages")}
            for p in now["pulled"]
        ]

    def is_through(self, now: Mapping[str, Any]) -> bool:
        """Return whether every kind that the ERP gives was pulled to its end since."""
        given = set(now["found"]["kinds"]) if now["found"] else set()
        pages = {one["kind"]: one["pages"] for one in self.read(now)}
        ends = {p["kind"]: p["pulled_at"] for p in now["pulled"] if p["pulled_at"]}
        through = {k for k, at in ends.items() if pages[k] and _moment(at) >= self.at}
        return bool(through) and through >= (given or pages.keys())

    def has_failed(self, now: Mapping[str, Any]) -> bool:
        """Return whether nothing more comes of it: the ERP gives nothing, or is not followed."""
        trouble = now["trouble"]
        last = trouble and (trouble["last"] or trouble["since"])
        return now["state"] != "connected" or bool(last and _moment(last) >= self.at)


def ask(api: Api, path: str, names: Sequence[str], *, full: bool) -> list[Wish]:
    """Ask the connections of those names, at path, for their changes. Raises CliError."""
    wishes = []
    for name in names:
        place = f"{path}/{segment(name)}"
        before = api.get(place)
        asked = api.post(f"{place}/sync", {"full": full})
        wishes.append(Wish(before, _moment(asked["at"])))
    return wishes


def follow(api: Api, path: str, wishes: Sequence[Wish], wait_s: float) -> Exit:
    """Show how wishes go on until all have ended or time is over; say how, and return the code."""
    deadline = time.monotonic() + wait_s
    open_wishes, ended = list(wishes), {}
    with progress() as bars:
        rows: dict[tuple[str, str], TaskID] = {}
        while open_wishes:
            for wish in list(open_wishes):
                now = api.get(f"{path}/{segment(wish.name)}")
                _draw(bars, rows, wish, now)
                if wish.is_through(now) or wish.has_failed(now):
                    open_wishes.remove(wish)
                    ended[wish.name] = now
            if time.monotonic() >= deadline:
                break
            if open_wishes:
                time.sleep(_LOOK_EVERY_S)
    return _summed_up(wishes, ended, wait_s)


def _draw(
    bars: Progress, rows: dict[tuple[str, str], TaskID], wish: Wish, now: Mapping[str, Any]
) -> None:
    for one in wish.read(now):
        if not one["pages"]:
            continue
        key = (wish.name, one["kind"])
        if key not in rows:
            rows[key] = bars.add_task("", total=None)
        what = f"{wish.name}: {one['kind'].replace('_', ' ')}, {count(one['pages'], 'page')}"
        bars.update(rows[key], description=what, completed=sum(one[b] for b in _BECAME))


def _summed_up(
    wishes: Sequence[Wish], ended: Mapping[str, Mapping[str, Any]], wait_s: float
) -> Exit:
    worst = Exit.OK
    for wish in wishes:
        now = ended.get(wish.name)
        if now is None:
            worst = Exit.TIMEOUT if worst is Exit.OK else worst
            said = f"{wish.name}: not through after {wait_s:g} s, and going on: duecourse sync show"
            talk().print(said, markup=False)
        elif wish.is_through(now):
            _show(wish, now)
        else:
            worst = Exit.NOT_SYNCED
            talk().print(f"{wish.name}: {now['says']} {now['todo']}".strip(), markup=False)
    return worst


def _show(wish: Wish, now: Mapping[str, Any]) -> None:
    came = wish.read(now)
    rows = [
        (
            one["kind"].replace("_", " "),
            str(one["pages"]),
            *(str(one[what]) for what in _BECAME),
        )
        for one in came
    ]
    show_table(wish.name, ("records", ">pages", *(f">{b}" for b in _BECAME)), rows)
    changed = sum(one["new"] + one["updated"] for one in came)
    parked = sum(one["parked"] for one in came)
    waits = f"; {count(parked, 'waits', 'wait')} for you: duecourse parked" if parked else ""
    said = f"{wish.name} is through: {count(changed, 'record')} new or updated{waits}."
    talk().print(said, markup=False)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
