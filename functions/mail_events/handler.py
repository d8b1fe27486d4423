"""Notes what became of mails and text messages: sent, delivered, bounced, complained about."""

from typing import Any

from aws_lambda_powertools import Logger

from functions import batch
from shared import runtime
from shared.adapters.mail_events import mail_event
from shared.adapters.sms_events import is_sms_event, sms_event
from shared.usecases.mail_event import note_mail_event
from shared.usecases.sms_event import note_sms_event
from shared.usecases.watch_mail import watch_mail

log = Logger()


@log.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: Any) -> batch.Answer:
    return batch.each(event, context, _note)


def _note(body: dict[str, Any]) -> None:
    if is_sms_event(body):
        _note_sms(body)
        return
    event = mail_event(body)
    if event is None:
        return
    stores = (runtime.accounts(), runtime.notices(), runtime.suppressions(), runtime.tasks())
    now = runtime.now()
    outcome = note_mail_event(*stores, runtime.untold(), event, now)
    log.info("mail " + outcome, entity=event.entity_id, n=event.n, kind=str(event.kind))
    paused = watch_mail(runtime.entities(), runtime.mail_watch(), event, now)
    if paused:
        log.error("mail_paused", entity=event.entity_id, reason=paused)


def _note_sms(body: dict[str, Any]) -> None:
    event = sms_event(body)
    if event is None:
        return
    stores = (runtime.accounts(), runtime.notices(), runtime.tasks())
    outcome = note_sms_event(*stores, runtime.untold(), event, runtime.now())
    log.info("sms " + outcome, entity=event.entity_id, n=event.n, kind=str(event.kind))
