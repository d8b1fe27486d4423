"""Takes the mails that customers send back."""

from typing import Any

from aws_lambda_powertools import Logger

from functions import batch
from shared import runtime
from shared.adapters.reply_inbox import received
from shared.usecases.take_reply import take_reply

log = Logger()


@log.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: Any) -> batch.Answer:
    return batch.each(event, context, _take)


def _take(body: dict[str, Any]) -> None:
    note = received(body)
    if note is None:
        return
    reply = runtime.reply_inbox().read(note)
    stores = (runtime.accounts(), runtime.questions(), runtime.tasks())
    log.info("reply " + take_reply(*stores, reply, runtime.now()))
