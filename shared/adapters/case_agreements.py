"""What was agreed or said in a case, as tables: a file for each kind."""

from collections.abc import Iterable, Iterator, Sequence

from shared.adapters.csv_cells import safe_table
from shared.domain.agreement import Dispute, Handover, Hold, Plan, Promise
from shared.domain.case_pack import Case
from shared.domain.money import to_decimal_text

Rows = Iterator[Sequence[str]]


def agreement_files(case: Case) -> Iterator[tuple[str, bytes]]:
    """Yield the path and content of each table; documents go by their numbers."""
    facts, numbers = case.facts, {d.document_id: d.number for d in case.documents}
    tables = {
        "promises": _promises(facts.promises, numbers),
        "disputes": _disputes(facts.disputes, numbers),
        "holds": _holds(facts.holds, numbers),
        "plans": _plans(facts.plans, numbers),
        "handovers": _handovers(facts.handovers),
        "heard": _heard(case),
    }
    for name, rows in tables.items():
        yield f"agreements/{name}.csv", safe_table(rows)


def _about(documents: Iterable[str], numbers: dict[str, str]) -> str:
    return " ".join(numbers.get(document_id, document_id) for document_id in documents)


def _promises(promises: Iterable[Promise], numbers: dict[str, str]) -> Rows:
    yield ("documents", "amount", "currency", "made_on", "pays_on", "by", "outcome")
    for promise in promises:
        yield (
            _about(promise.documents, numbers),
            to_decimal_text(promise.amount),
            promise.amount.currency,
            str(promise.made_on or ""),
            str(promise.pays_on),
            promise.by,
            "withdrawn" if promise.withdrawn_on else promise.outcome or "open",
        )


def _disputes(disputes: Iterable[Dispute], numbers: dict[str, str]) -> Rows:
    yield ("documents", "reason", "opened_on", "by", "text", "closed_on", "outcome", "answer")
    for dispute in disputes:
        yield (
            _about(dispute.documents, numbers),
            str(dispute.reason),
            str(dispute.opened_on),
            dispute.by,
            dispute.text,
            str(dispute.closed_on or ""),
            str(dispute.outcome or ""),
            dispute.answer,
        )


def _holds(holds: Iterable[Hold], numbers: dict[str, str]) -> Rows:
    yield ("documents", "reason", "starts_on", "ends_on", "ended_on", "by")
    for hold in holds:
        yield (
            _about(hold.documents, numbers) or "all",
            hold.reason,
            str(hold.starts_on),
            str(hold.ends_on),
            str(hold.ended_on or ""),
            hold.by,
        )


def _plans(plans: Iterable[Plan], numbers: dict[str, str]) -> Rows:
    yield ("documents", "agreed_on", "by", "part_due_on", "amount", "currency", "state", "consent")
    for plan in plans:
        for part in plan.parts:
            yield (
                _about(plan.documents, numbers),
                str(plan.agreed_on),
                plan.by,
                str(part.due_on),
                to_decimal_text(part.amount),
                part.amount.currency,
                str(plan.state),
                plan.consent,
            )


def _handovers(handovers: Iterable[Handover]) -> Rows:
    yield ("tier", "starts_on", "approved_by", "notice", "ended_on", "ended_by", "reason")
    for one in handovers:
        yield (
            str(one.tier),
            str(one.starts_on),
            one.approved_by,
            str(one.notice),
            str(one.ended_on or ""),
            one.ended_by,
            one.reason,
        )


def _heard(case: Case) -> Rows:
    yield ("at", "kind", "by", "text")
    for asked in case.facts.asked:
        yield asked.at, asked.kind, asked.by, asked.text
