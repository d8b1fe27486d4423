"""What a signed-in customer may do. Every call below takes the principal of the session."""

from aws_lambda_powertools import Logger

from functions.edge import http
from functions.portal import pages
from functions.portal.autopay import autopay_standing
from functions.portal.plans import plans_offered
from functions.portal.visit import (
    COOKIE,
    Event,
    Visit,
    checked_id,
    entity_of,
    id_in_path,
    known_entity,
    secret_of,
    visit,
)
from shared import runtime
from shared.domain.cash_rules import ApplyCredit
from shared.domain.cash_step import Asked
from shared.domain.checkout import CheckoutState
from shared.domain.gateway import GatewayRefused, GatewayUnavailable
from shared.domain.open_items import document_ids_of
from shared.domain.portal import AlreadyPaid, HomeView, NothingToPay
from shared.domain.questions import TEXT_MAX
from shared.errors import InvalidInput
from shared.usecases import portal_views
from shared.usecases.allocate import use_credit
from shared.usecases.ask_question import ask_question
from shared.usecases.resolve_checkout import resolve_checkout
from shared.usecases.start_checkout import start_checkout

log = Logger()

Problems = tuple[tuple[str, str], ...]


def home(event: Event) -> http.Answer:
    """Show everything that is open."""
    visitor = visit(event)
    view = portal_views.home(runtime.accounts(), visitor.principal, visitor.now)
    return _home(visitor, view, ())


def invoice(event: Event) -> http.Answer:
    """Show one open invoice."""
    visitor = visit(event)
    document_id = id_in_path(event, "document_id")
    view = portal_views.invoice(
        runtime.accounts(), runtime.papers(), visitor.principal, document_id, visitor.now
    )
    return _page("invoice", visitor, view)


def pdf(event: Event) -> http.Answer:
    """Lead to the PDF of an invoice or its credit note, or back while it is being prepared."""
    visitor = visit(event)
    document_id = id_in_path(event, "document_id")
    document = portal_views.pdf_of(runtime.accounts(), visitor.principal, document_id)
    if not document.pdf_key:
        page = document.document_id if document.open else document.invoice_id
        return http.see_other(f"{visitor.base}/invoices/{page}")
    return http.see_other(runtime.documents().address(document.pdf_key, f"{document.number}.pdf"))


def checkout(event: Event) -> http.Answer:
    """Lead to the gateway's page for what was chosen, or back with what is wrong."""
    visitor = visit(event)
    if not runtime.has_gateway():
        raise GatewayUnavailable()
    chosen = _chosen(visitor)
    try:
        url = start_checkout(
            runtime.starting_checkouts(),
            visitor.principal,
            chosen,
            visitor.now,
            spare_contested=["asked"] in (visitor.form.get("all"), visitor.form.get("part")),
        )
    except AlreadyPaid as exc:
        return http.see_other(f"{visitor.base}/thanks?checkout={exc.facts['checkout']}")
    except NothingToPay:
        return _home_with(visitor, "nothing_to_pay", 409)
    except InvalidInput:
        return _home_with(visitor, "mixed" if chosen else "nothing_chosen", 422)
    return http.see_other(url)


def credit(event: Event) -> http.Answer:
    """Put the customer's unapplied money to use where the entity offers that, and lead home."""
    visitor = visit(event)
    whose = (visitor.principal.entity_id, visitor.principal.customer_id)
    if runtime.accounts().entity(whose[0]).apply_credit == ApplyCredit.OFFER:
        asked = Asked("", "", "customer")
        used = use_credit(runtime.cash_desk(), *whose, asked, visitor.now)
        log.info("credit used", entity=whose[0], used=used)
    return http.see_other(visitor.base)


def thanks(event: Event) -> http.Answer:
    """Show how an attempt to pay stands; ask the gateway where nobody knows yet."""
    visitor = visit(event)
    checkout_id = checked_id(http.query(event, "checkout"))
    stores = (runtime.accounts(), runtime.checkouts())
    view = portal_views.thanks(*stores, visitor.principal, checkout_id)
    if view.checkout.state is CheckoutState.OPEN:
        _ask_the_gateway(visitor, checkout_id)
        view = portal_views.thanks(*stores, visitor.principal, checkout_id)
    return _page("thanks", visitor, view)


def questions(event: Event) -> http.Answer:
    """Show the form for a question, or that one has arrived."""
    visitor = visit(event)
    view = portal_views.home(runtime.accounts(), visitor.principal, visitor.now)
    if http.query(event, "sent"):
        return pages.message(
            "question.sent",
            _spoken(view),
            words={"seller": view.entity.name},
            entity=view.entity,
            customer=view.customer,
            csrf=visitor.csrf,
            base=visitor.base,
        )
    return _question(visitor, view, (http.query(event, "invoice"),), "", ())


def ask(event: Event) -> http.Answer:
    """Write a question down."""
    visitor = visit(event)
    about = list(document_ids_of(visitor.chosen("document")))
    text = visitor.form.get("question", [""])[0]
    stores = (runtime.accounts(), runtime.questions())
    try:
        ask_question(*stores, visitor.principal, text, about, visitor.now)
    except InvalidInput:
        view = portal_views.home(runtime.accounts(), visitor.principal, visitor.now)
        key = "question_long" if text.strip() else "question_empty"
        say = runtime.templates().voice(*_spoken(view)).words
        problems = (("question", say(f"portal.error.{key}", count=TEXT_MAX)),)
        return _question(visitor, view, tuple(about), text[: TEXT_MAX * 2], problems)
    return http.see_other(f"{visitor.base}/questions?sent=1")


def sign_out(event: Event) -> http.Answer:
    """End the session."""
    visit(event)
    runtime.sessions().close(entity_of(event), secret_of(event))
    entity = known_entity(event)
    spoken = (*http.languages(event), entity.language if entity else "")
    return pages.message(
        "signed_out.closed", spoken, entity=entity, cookies=[http.no_cookie(COOKIE)]
    )


def _chosen(visitor: Visit) -> list[str]:
    """Return the open items that a checkout form names: ticked ones, or all of its currency."""
    if "all" not in visitor.form:
        return visitor.chosen("document")
    currency = visitor.form.get("currency", [""])[0]
    view = portal_views.home(runtime.accounts(), visitor.principal, visitor.now)
    groups = (group for group in view.currencies if group.currency == currency)
    return [row.item.document_id for group in groups for row in group.choices]


def _ask_the_gateway(visitor: Visit, checkout_id: str) -> None:
    """Bring a checkout to the state that the gateway reports; its webhook does the same later."""
    whose = (visitor.principal.entity_id, visitor.principal.customer_id)
    try:
        resolve_checkout(runtime.money_in(), *whose, checkout_id, visitor.now)
    except (GatewayUnavailable, GatewayRefused) as exc:
        log.warning("gateway not asked", code=exc.code)


def _home_with(visitor: Visit, problem: str, status: int) -> http.Answer:
    view = portal_views.home(runtime.accounts(), visitor.principal, visitor.now)
    say = runtime.templates().voice(*_spoken(view)).words
    target = f"list-{view.currencies[0].currency}" if view.currencies else ""
    return _home(visitor, view, ((target, say(f"portal.error.{problem}")),), status)


def _home(visitor: Visit, view: HomeView, problems: Problems, status: int = 200) -> http.Answer:
    return _page(
        "home",
        visitor,
        view,
        problems=problems,
        status=status,
        plans_offered=plans_offered(visitor),
        autopay=autopay_standing(visitor),
    )


def _question(
    visitor: Visit, view: HomeView, about: tuple[str, ...], text: str, problems: Problems
) -> http.Answer:
    return _page(
        "question",
        visitor,
        view,
        about=about,
        text=text,
        text_max=TEXT_MAX,
        problems=problems,
        status=422 if problems else 200,
    )


def _page(name: str, visitor: Visit, view: portal_views.View, **values: object) -> http.Answer:
    return pages.page(
        name,
        _spoken(view),
        base=visitor.base,
        entity=view.entity,
        customer=view.customer,
        csrf=visitor.csrf,
        view=view,
        **values,
    )


def _spoken(view: portal_views.View) -> tuple[str, str]:
    return view.customer.language, view.entity.language


ROUTES = {
    "GET /p/{entity}": home,
    "GET /p/{entity}/invoices/{document_id}": invoice,
    "GET /p/{entity}/invoices/{document_id}/pdf": pdf,
    "POST /p/{entity}/checkouts": checkout,
    "POST /p/{entity}/credit": credit,
    "GET /p/{entity}/thanks": thanks,
    "GET /p/{entity}/questions": questions,
    "POST /p/{entity}/questions": ask,
    "POST /p/{entity}/sign-out": sign_out,
}
