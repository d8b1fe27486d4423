"""What is claimed and waits for a named person's word is told as waiting, not as done. Pure."""

from collections.abc import Iterable
from dataclasses import replace

from shared.domain.decide import Decision
from shared.domain.notice import DeliveryState, Notice
from shared.domain.tasks import told


def awaited(decisions: Iterable[Decision], notices: Iterable[Notice]) -> tuple[Decision, ...]:
    """Return decisions; what they tell as done while one of notices waits for it is told so.

    Its code is awaits_approval: a controller has yet to agree. Notices that wait for nobody
    change nothing. Of two that wait the newer one speaks.
    """
    waiting = [n for n in notices if n.delivery is DeliveryState.APPROVAL]
    waiting.sort(key=lambda notice: -notice.n)
    return tuple(_as_it_stands(decision, waiting) for decision in decisions)


def _as_it_stands(decision: Decision, waiting: list[Notice]) -> Decision:
    if decision.code != "already_done":
        return decision
    for notice in waiting:
        asked = [i for i in notice.items if i.asked and i.document_id in decision.documents]
        if asked:
            reason = _sentence(notice, [item.number for item in asked])
            return replace(decision, code="awaits_approval", reason=reason)
    return decision


def _sentence(notice: Notice, numbers: list[str]) -> str:
    stage = notice.stage.replace("_", " ")
    return (
        f"Stage {stage} of {told(numbers)} waits for a controller's decision"
        f" since {notice.as_of.isoformat()}: see notice {notice.n}."
    )
