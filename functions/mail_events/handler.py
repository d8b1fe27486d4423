"""Notes what SES tells about mails: sent, delivered, bounced, complained about."""

from typing import Any

from aws_lambda_powertools import Logger

from functions import batch
from shared import runtime
from shared.adapters.mail_events import mail_event
from shared.usecases.mail_event import note_mail_event

log = Logger()


@log.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: Any) -> batch.Answer:
    return batch.each(event, context, _note)


def _note(body: dict[str, Any]) -> None:
    event = mail_event(body)
    if event is None:
        return
    stores = (runtime.accounts(), runtime.notices(), runtime.suppressions(), runtime.tasks())
    outcome = note_mail_event(*stores, event, runtime.now())
    log.info("mail " + outcome, entity=event.entity_id, n=event.n, kind=str(event.kind))
