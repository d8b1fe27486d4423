"""What became of it: the same figures for people and for machines."""

from collections import Counter
from datetime import timedelta
from typing import Any

from infra.cli.api import Api
from infra.cli.demo.company import Company
from infra.cli.lists import show_turnover
from infra.cli.output import show_table


def report(api: Api, entity: str, company: Company, seed: int) -> dict[str, Any]:
    """Return the figures of a run. Nothing in them depends on the wall clock."""
    first = min([company.first, *(i.issued_on for i in company.invoices)]) - timedelta(days=1)
    told = api.get(
        f"/entities/{entity}/figures", **{"from": first.isoformat(), "to": company.last.isoformat()}
    )
    period = told["period"]
    kinds = Counter(task["kind"] for task in api.pages(f"/entities/{entity}/tasks"))
    turnover = period["turnover"]

    def by_currency(name: str) -> dict[str, str]:
        return {t["currency"]: t[name]["amount"] for t in turnover}

    return {
        "seed": seed,
        "from": first.isoformat(),
        "to": company.last.isoformat(),
        "customers": len(company.customers),
        "invoices": period["invoices"],
        "invoiced": by_currency("invoiced"),
        "charged": by_currency("charged"),
        "collected": by_currency("collected"),
        "open": by_currency("open"),
        "unapplied": {
            a["currency"]: a["unapplied"]["amount"] for a in told["ageing"] if a["unapplied"]
        },
        "dso_days": {t["currency"]: t["dso_days"] for t in turnover},
        "notices": period["notices"],
        "payments": period["payments"],
        "charges": period["charges"],
        "tasks": sum(kinds.values()),
        "tasks_by_kind": dict(sorted(kinds.items())),
        "parked": sum(1 for _ in api.pages(f"/entities/{entity}/parked")),
        "period": period,
    }


def show(figures: dict[str, Any]) -> None:
    """Print the figures as tables."""
    show_turnover(figures["period"])
    columns = ("what", ">count")
    show_table("Notices by stage", columns, [(k, str(v)) for k, v in figures["notices"].items()])
    rows = [(name, str(figures[name])) for name in ("payments", "charges", "parked", "tasks")]
    rows += [(f"  {kind}", str(n)) for kind, n in figures["tasks_by_kind"].items()]
    show_table("And", columns, rows)
