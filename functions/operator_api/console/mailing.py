"""Mails on the console: one sent by hand, what a customer wishes, and a pause that ends."""

from functools import partial

from functions.edge import http
from functions.operator_api import access
from functions.operator_api.console import customer as customer_page
from functions.operator_api.console import home
from functions.operator_api.console.asking import field, why_not
from functions.operator_api.console.filled import refused
from functions.operator_api.console.pages import Visit
from shared import runtime
from shared.domain.mail_wish import MailWish
from shared.domain.roles import Role
from shared.errors import InvalidInput, NotFound
from shared.usecases.mail_wishes import wish_for_mail
from shared.usecases.remind_now import MailByHand, remind_now
from shared.usecases.watch_mail import resume_mail

_NOTE_MAX = 500


def remind(visit: Visit, customer_id: str, form: http.Form) -> http.Answer:
    """Mail a stage to the customer now."""
    access.allow(Role.CLERK, visit.entity.entity_id)
    request = access.current()
    of = visit.entity.entity_id
    mail = MailByHand(
        by=request.principal.name,
        subject=access.agreeing(of),
        stage_id=field(form, "stage"),
        documents=tuple(form.get("document", [])),
        with_fee=field(form, "with_fee") == "yes",
    )
    stores = (runtime.accounts(), runtime.entities(), runtime.notices())
    work = partial(remind_now, *stores, of, customer_id, mail, request.now)
    filled = refused(form, "remind", work)
    if filled:
        return customer_page.customer(visit, customer_id, filled)
    return _back(visit, customer_id)


def wish(visit: Visit, customer_id: str, form: http.Form) -> http.Answer:
    """Change what is mailed to the customer. Raises NotFound for a wish that nobody can have."""
    access.allow(Role.CLERK, visit.entity.entity_id)
    request, wanted = access.current(), field(form, "wish")
    if wanted not in MailWish:
        raise NotFound(path="console")
    stores = (runtime.accounts(), runtime.mail_wishes(), visit.entity.entity_id, customer_id)
    wish_for_mail(*stores, MailWish(wanted), request.principal.name, request.now)
    return _back(visit, customer_id)


def end_links(visit: Visit, customer_id: str, form: http.Form) -> http.Answer:
    """End every link into the portal that the customer was mailed, once that is confirmed."""
    access.allow(Role.CLERK, visit.entity.entity_id)
    request = access.current()
    runtime.accounts().customer(visit.entity.entity_id, customer_id)

    def work() -> None:
        if field(form, "sure") != "yes":
            raise InvalidInput(field="sure", reason="tick that they are to end")
        whose = (visit.entity.entity_id, customer_id)
        runtime.links().end_all(*whose, request.principal.name, request.now)

    filled = refused(form, "links", work)
    if filled:
        return customer_page.customer(visit, customer_id, filled)
    return _back(visit, customer_id)


def resume(visit: Visit, form: http.Form) -> http.Answer:
    """Let the entity's mails go again."""
    access.allow(Role.CONTROLLER, visit.entity.entity_id)
    request, note = access.current(), field(form, "note")[:_NOTE_MAX]
    stores = (runtime.entities(), runtime.mail_watch(), visit.entity.entity_id)
    problem = why_not(lambda: resume_mail(*stores, request.principal.name, note, request.now))
    return home.home(visit, problem) if problem else http.see_other(visit.base)


def _back(visit: Visit, customer_id: str) -> http.Answer:
    return http.see_other(f"{visit.base}/customers/{http.segment(customer_id)}")
