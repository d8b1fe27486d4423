"""The report of a simulation: one HTML file that needs nothing else, equal for equal input."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.cli.simulation.history import History
from infra.cli.simulation.left_out import kinds
from infra.cli.simulation.outcome import Outcome, StageSum
from shared.domain.replay import days_of

_ROW_WIDTH = 480
_COLUMN_HEIGHT = 180
_COLUMN_LEFT, _COLUMN_RIGHT, _COLUMN_BASE = 48, 690, 192
_LABELS_MAX = 12
_CUSTOMERS_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Fact:
    """One figure at the head of the report, and how it changed against the old policy."""

    name: str
    text: str
    change: str


def report(history: History, new: Outcome, old: Outcome | None) -> str:
    """Return the report as HTML."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    pages = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    first, last = days_of(history.invoices)
    return pages.get_template("report.html").render(
        new=new,
        old=old,
        first=first,
        last=last,
        invoices=f"{len(history.invoices):,}",
        customers=len(history.by_customer),
        facts=facts(new, old),
        alarmed=new.alarmed[:_CUSTOMERS_SHOWN],
        alarmed_in_all=len(new.alarmed),
        left_out=f"{len(history.left_out):,}" if history.left_out else "",
        left_out_kinds=kinds(history.left_out),
        **_stages(new, old),
        **_months(new, old),
        **_alarms(new, old),
    )


def facts(new: Outcome, old: Outcome | None) -> list[Fact]:
    """Return the figures that tell the most, in the order in which people ask for them."""

    def fact(name: str, now: int, before: int | None) -> Fact:
        return Fact(name, f"{now:,}", "" if before is None else _compared(now - before))

    money = ", ".join(str(m) for m in new.fee_money) or "none"
    before = ", ".join(str(m) for m in old.fee_money) or "none" if old else ""
    return [
        fact("messages", new.messages, old.messages if old else None),
        fact("tasks and letters", new.tasks, old.tasks if old else None),
        fact("customers written to", new.customers, old.customers if old else None),
        fact("false alarms", new.alarms, old.alarms if old else None),
        Fact("fees", money, f"old: {before}" if old else ""),
    ]


def _compared(change: int) -> str:
    return f"{abs(change):,} {'more' if change > 0 else 'fewer'} than old" if change else "as old"


def signed(change: int) -> str:
    """Return a change with its sign, such as +12, -3 or 0."""
    return f"{change:+,}" if change else "0"


def both(new: Outcome, old: Outcome | None) -> list[tuple[str, StageSum | None, StageSum | None]]:
    """Return (stage, of the old policy, of the new one), the new policy's stages first."""
    of_old = {s.stage: s for s in old.stages} if old else {}
    of_new = {s.stage: s for s in new.stages}
    names = [*of_new, *(name for name in of_old if name not in of_new)]
    return [(name, of_old.get(name), of_new.get(name)) for name in names]


def _stages(new: Outcome, old: Outcome | None) -> dict[str, Any]:
    bars, rows = [], []
    found = both(new, old)
    counts = [s.messages for _, *sums in found for s in sums if s]
    for name, was, now in found:
        before, after = was.messages if was else 0, now.messages if now else 0
        parts = [("old", before), ("new", after)] if old else [("new", after)]
        bars.append({"name": name, "parts": _parts(parts, max(counts, default=0))})
        told = now or was
        rows.append(
            {
                "stage": name,
                "channel": told.channel if told else "",
                "old": f"{before:,}",
                "new": f"{after:,}",
                "change": signed(after - before),
                "documents": f"{now.documents:,}" if now else "0",
                "fees": ", ".join(str(m) for m in now.fee_money.values()) if now else "",
            }
        )
    return {"stage_bars": bars, "stage_rows": rows, "stages_told": _told(rows, "new")}


def _alarms(new: Outcome, old: Outcome | None) -> dict[str, Any]:
    bars, rows = [], []
    for name, was, now in both(new, old):
        if not (was and was.alarms) and not (now and now.alarms):
            continue
        shares = [("old", _share(was))] if old else []
        shares.append(("new" if old else "warn", _share(now)))
        bars.append({"name": name, "parts": _parts(shares, 100, " %")})
        rows.append(
            {
                "stage": name,
                "old": was.alarms if was else 0,
                "alarms": now.alarms if now else 0,
                "messages": f"{now.messages:,}" if now else "0",
                "share": f"{_share(now)} %",
            }
        )
    return {"alarm_bars": bars, "alarm_rows": rows, "alarms_told": _told(rows, "share")}


def _share(stage: StageSum | None) -> int:
    return round(100 * stage.alarms / stage.messages) if stage and stage.messages else 0


def _parts(parts: Iterable[tuple[str, int]], most: int, unit: str = "") -> list[dict[str, Any]]:
    return [
        {"tone": tone, "width": _ROW_WIDTH * n // (most or 1), "text": f"{n:,}{unit}"}
        for tone, n in parts
    ]


def _told(rows: Sequence[Mapping[str, Any]], figure: str) -> str:
    """Return the rows as one sentence for who hears the chart instead of seeing it."""
    return "; ".join(f"{row['stage']}: {row[figure]}" for row in rows) + "."


def _months(new: Outcome, old: Outcome | None) -> dict[str, Any]:
    rows = []
    for month, counts in new.months.items():
        before = old.months[month] if old else {}
        rows.append(
            {
                "month": month,
                "messages": counts.get("messages", 0),
                "tasks": counts.get("tasks", 0),
                "old_messages": before.get("messages", 0),
                "old_tasks": before.get("tasks", 0),
            }
        )
    told = "; ".join(f"{r['month']}: {r['messages'] + r['tasks']}" for r in rows) + "."
    return {"month_rows": rows, "months_told": told, "month_chart": _columns(rows, old is not None)}


def _columns(rows: Sequence[Mapping[str, Any]], compared: bool) -> dict[str, Any]:
    sums = [
        ((r["old_messages"] + r["old_tasks"]) if compared else 0, r["messages"] + r["tasks"])
        for r in rows
    ]
    top = _round_up(max((n for pair in sums for n in pair), default=0))
    step = (_COLUMN_RIGHT - _COLUMN_LEFT) / max(len(rows), 1)
    every = -(-len(rows) // _LABELS_MAX)
    columns = []
    for i, (row, (before, after)) in enumerate(zip(rows, sums, strict=True)):
        left, wide = _COLUMN_LEFT + i * step, step * 0.8
        tones = [("old", before), ("new", after)] if compared else [("new", after)]
        bars = [
            {
                "tone": tone,
                "x": f"{left + k * wide / len(tones):.1f}",
                "width": f"{wide / len(tones) - 1:.1f}",
                "height": f"{_COLUMN_HEIGHT * n / top:.1f}",
                "y": f"{_COLUMN_BASE - _COLUMN_HEIGHT * n / top:.1f}",
            }
            for k, (tone, n) in enumerate(tones)
        ]
        label = row["month"] if i % every == 0 else ""
        columns.append({"x": f"{left + wide / 2:.1f}", "label": label, "bars": bars})
    lines = [
        {"y": _COLUMN_BASE - _COLUMN_HEIGHT * k // 4, "text": f"{top * k // 4:,}"} for k in range(5)
    ]
    return {"columns": columns, "lines": lines}


def _round_up(most: int) -> int:
    """Return a round number, a multiple of four, that is at least most."""
    scale = 4
    while scale * 10 < most:
        scale *= 10
    return next(scale * k for k in range(1, 11) if scale * k >= most)
