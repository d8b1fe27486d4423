"""Queue batches: one record at a time, only the failed ones come back."""

from collections.abc import Callable
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    SqsFifoPartialProcessor,
    process_partial_response,
)
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

Answer = dict[str, Any]
_TIME_TO_STOP_MS = 20_000

log = Logger()


def each(event: dict[str, Any], context: Any, act: Callable[[Any], object]) -> Answer:
    """Call act with the JSON body of each message; return which messages must come again.

    What went wrong with those is logged.
    """
    return _answer(event, context, act, BatchProcessor(EventType.SQS, logger=log))


def each_in_order(event: dict[str, Any], context: Any, act: Callable[[Any], object]) -> Answer:
    """Do as each() for a FIFO queue: after a failure the rest of its group comes again."""
    return _answer(
        event, context, act, SqsFifoPartialProcessor(skip_group_on_error=True, logger=log)
    )


def enough_time(context: Any) -> Callable[[], bool]:
    """Return what tells, whenever it is asked, whether this invocation may begin another step."""
    return lambda: bool(context.get_remaining_time_in_millis() > _TIME_TO_STOP_MS)


def _answer(
    event: dict[str, Any], context: Any, act: Callable[[Any], object], processor: BatchProcessor
) -> Answer:
    def handle(record: SQSRecord) -> object:
        return act(record.json_body)

    return dict(process_partial_response(event, handle, processor, context))
