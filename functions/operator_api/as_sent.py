"""A notice as it was sent: to whom, what became of it, and its words."""

from dataclasses import dataclass

from shared import runtime
from shared.adapters.mail_archive import kept_mail
from shared.domain.messages import MailText
from shared.domain.notice import Notice

_PDF = ".pdf"


@dataclass(frozen=True, slots=True)
class Sent:
    """A notice with its delivery. to and cc are the addresses it was handed over for.

    code says why its delivery stands as it does, since when. text are its words, the secrets of
    links cut out, None where nothing was sent or it is kept no more. letter is the key of a PDF.
    """

    notice: Notice
    to: tuple[str, ...]
    cc: tuple[str, ...]
    code: str
    since: str
    text: MailText | None
    letter: str


def as_sent(entity_id: str, customer_id: str, n: int) -> Sent:
    """Return notice n of a customer as it was sent. Raises NotFound."""
    notice = runtime.accounts().notice(entity_id, customer_id, n)
    delivery = runtime.notices().delivery(entity_id, customer_id, n) or {}
    key = str(delivery.get("mail_key", ""))
    is_letter = key.endswith(_PDF)
    body = runtime.documents().read(key) if key and not is_letter else None
    return Sent(
        notice=notice,
        to=tuple(delivery.get("to", ())),
        cc=tuple(delivery.get("cc", ())),
        code=str(delivery.get("code", "")),
        since=str(delivery.get("updated_at", "")),
        text=kept_mail(body) if body else None,
        letter=key if is_letter else "",
    )


def letter_address(sent: Sent) -> str:
    """Return a short-lived address of the letter as it was sent, "" where it is none."""
    if not sent.letter:
        return ""
    return runtime.documents().address(sent.letter, f"letter-{sent.notice.n}.pdf")
