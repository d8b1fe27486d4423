"""What is wrong with the stages of a ladder beside each other."""

from collections.abc import Iterator, Mapping
from itertools import pairwise

from pydantic import BaseModel

from shared.domain.conditions import Conditions
from shared.domain.faults import Fault
from shared.domain.notice import Channel
from shared.domain.stage import Stage

_CONDITIONS_OF_A_HANDOVER = 2


def ladder_faults(stages: Mapping[int, Stage]) -> Iterator[Fault]:
    """Yield what is wrong with stages beside each other; they are by their place in the policy.

    A stage may lack fields, since a file can be wrong elsewhere too: each rule is asked of those
    that have what it reads.
    """
    yield from _shared_ids(_having(stages, "id"))
    yield from _descents(_having(stages, "anchor", "offset_days"))
    yield from _overlaps(_having(stages, "id", "anchor", "offset_days", "repeat"))
    yield from _rungs_after_a_handover(_having(stages, "channel"))


def handover_faults(stages: Mapping[int, Stage]) -> Iterator[Fault]:
    """Yield which of stages hand a customer over too easily; a stage may lack fields."""
    handovers = {
        place: stage
        for place, stage in _having(stages, "channel").items()
        if stage.channel is Channel.HANDOVER
    }
    for place, stage in _having(handovers, "when").items():
        is_read = _has(stage.when, *Conditions.model_fields)
        if is_read and stage.when.stated < _CONDITIONS_OF_A_HANDOVER:
            yield (
                ("stages", place),
                f"when of a handover states at least {_CONDITIONS_OF_A_HANDOVER} conditions",
            )
    for place, stage in _having(handovers, "approval").items():
        if not stage.approval:
            yield ("stages", place), "approval is needed for a handover: say approval: true"


def _having(stages: Mapping[int, Stage], *fields: str) -> dict[int, Stage]:
    return {place: stage for place, stage in stages.items() if _has(stage, *fields)}


def _has(model: BaseModel, *fields: str) -> bool:
    return all(hasattr(model, field) for field in fields)


def _shared_ids(stages: Mapping[int, Stage]) -> Iterator[Fault]:
    seen: set[str] = set()
    for place, stage in stages.items():
        if stage.id in seen:
            yield ("stages", place), f"id {stage.id} is that of an earlier stage: give it its own"
        seen.add(stage.id)


def _descents(stages: Mapping[int, Stage]) -> Iterator[Fault]:
    for (_, stage), (place, after) in pairwise(stages.items()):
        if after.position <= stage.position:
            yield (
                ("stages", place),
                "offset_days must ascend: issue_date first, then discount_end, then due_date",
            )


def _overlaps(stages: Mapping[int, Stage]) -> Iterator[Fault]:
    for (_, stage), (place, after) in pairwise(stages.items()):
        reaches = stage.anchor is after.anchor and stage.offsets[-1] >= after.offset_days
        if reaches and after.position > stage.position:
            yield ("stages", place), f"offset_days: stages overlap, {stage.id} still repeats then"


def _rungs_after_a_handover(stages: Mapping[int, Stage]) -> Iterator[Fault]:
    for (_, stage), (place, _) in pairwise(stages.items()):
        if stage.channel is Channel.HANDOVER:
            yield (
                ("stages", place),
                "id: nothing comes after a handover, since from there a person decides",
            )
