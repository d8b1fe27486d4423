"""Mails that customers send back: whose they are, whether a person wrote them, what they name."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from shared.domain.document import Document
from shared.domain.questions import TEXT_MAX

_LOCAL_PART_MAX = 64
_SHORT_NUMBER_MAX = 3
_AFTER_PLUS = re.compile(r"\+([A-Za-z0-9_-]+)(?:\.([A-Za-z0-9_-]+))?(?:\.([0-9]{1,8}))?@")
_ANSWERED = re.compile(r"^\s*(?:(?:re|aw|antw|sv|rv|rép|tr|fw|fwd|wg)\s*:\s*)+", re.IGNORECASE)
_AWAY = (
    "out of office",
    "out of the office",
    "out-of-office",
    "automatic reply",
    "automated reply",
    "autoreply",
    "auto-reply",
    "auto reply",
    "auto:",
    "automatische antwort",
    "automatische abwesenheit",
    "abwesenheit",
    "abwesend",
    "réponse automatique",
    "reponse automatique",
    "absence du bureau",
    "absent du bureau",
    "absente du bureau",
    "message d'absence",
    "respuesta automática",
    "respuesta automatica",
    "fuera de la oficina",
    "ausencia",
)
_GONE = (
    "no longer with",
    "no longer work",
    "no longer employed",
    "has left the company",
    "nicht mehr im unternehmen",
    "nicht mehr bei uns",
    "nicht mehr für",
    "ne fait plus partie",
    "a quitté l",
    "ya no trabaja",
    "ya no forma parte",
)
_QUOTE_BEGINS = re.compile(
    r"^(?:-{3,}\s*(?:original message|ursprüngliche nachricht|message d'origine"
    r"|mensaje original|forwarded message|weitergeleitete nachricht)\s*-{3,}"
    r"|_{20,}"
    r"|(?:on|am|le|el)\b.{0,200}\b(?:wrote|schrieb|a écrit|escribió)\b.{0,120}:"
    r"|(?:from|von|de)\s*:\s.*@.*)\s*$",
    re.IGNORECASE,
)
_SIGNATURE = "-- "


class Written(StrEnum):
    """Who wrote a mail: a person, a machine that answers for one, or a mail server."""

    BY_PERSON = "person"
    BY_AUTO_REPLY = "auto_reply"
    BY_MAIL_SERVER = "mail_server"


@dataclass(frozen=True, slots=True)
class ReplyTag:
    """What a reply address names: an entity, and of it perhaps a customer and a notice (else 0)."""

    entity_id: str
    customer_id: str = ""
    n: int = 0


@dataclass(frozen=True, slots=True)
class Reply:
    """A mail that came in. reply_id is the same whenever the same mail comes again.

    sender is an address in lower case, or "" where the mail names none; recipients are whom it came
    for. text is what the mail says in words, with what it quotes. suspicious says that the mail
    service took it for spam, malware or a forged sender.
    """

    reply_id: str
    sender: str
    recipients: tuple[str, ...]
    subject: str
    text: str
    written: Written
    suspicious: bool = False


def reply_address(mailbox: str, tag: ReplyTag) -> str:
    """Return the address under mailbox (an address itself) that names tag.

    It is no secret and gives no access. Where the address would be too long it names less: first no
    notice, then no customer, at last nothing.
    """
    name, _, domain = mailbox.rpartition("@")
    words = [word for word in (tag.entity_id, tag.customer_id, str(tag.n or "")) if word]
    for kept in range(len(words), 0, -1):
        local = f"{name}+{'.'.join(words[:kept])}"
        if len(local) <= _LOCAL_PART_MAX:
            return f"{local}@{domain}"
    return mailbox


def reply_tag(recipients: Iterable[str]) -> ReplyTag | None:
    """Return what the first tagged address of recipients names, or None."""
    for address in recipients:
        found = _AFTER_PLUS.search(address)
        if found:
            entity_id, customer_id, n = found.groups()
            return ReplyTag(entity_id.lower(), customer_id or "", int(n or 0))
    return None


def written_by(headers: Mapping[str, str], subject: str, is_report: bool) -> Written:
    """Return who wrote a mail, by its headers (names in lower case) and subject.

    RFC 3834 and what is common beside it. The body does not count: a person may write that they
    are out of the office and when they pay.
    """
    sender = headers.get("from", "").lower()
    bounced = headers.get("return-path", "").strip() == "<>"
    daemon = "mailer-daemon" in sender or "postmaster@" in sender
    if is_report or "x-failed-recipients" in headers or (daemon and bounced):
        return Written.BY_MAIL_SERVER
    submitted = headers.get("auto-submitted", "no").split(";")[0].strip().lower()
    precedence = headers.get("precedence", "").strip().lower()
    auto = (
        submitted not in ("", "no")
        or precedence in ("auto_reply", "auto-reply", "bulk", "junk", "list")
        or "list-id" in headers
        or any(name in headers for name in ("x-autoreply", "x-autorespond", "x-autoresponder"))
    )
    said = _ANSWERED.sub("", subject).lower().lstrip("[( ")
    if auto or bounced or said.startswith(_AWAY):
        return Written.BY_AUTO_REPLY
    return Written.BY_PERSON


def says_gone(text: str) -> bool:
    """Return whether an automatic reply says that nobody reads this address any more."""
    said = " ".join(text.lower().replace("\u2019", "'").split())
    return any(words in said for words in _GONE)


def own_words(text: str) -> str:
    """Return what the sender wrote of text, without quotes and signature, at most TEXT_MAX long.

    Where that leaves nothing (the answer stands below or among what is quoted) only the lines
    marked as quoted go; "" where there is nothing but quotes.
    """
    lines = [line.rstrip("\r") for line in text.split("\n")]
    above: list[str] = []
    for line in lines:
        if line == _SIGNATURE or _QUOTE_BEGINS.match(line[:400]):
            break
        above.append(line)
    kept = _unquoted(above) or _unquoted(
        [line for line in lines if not _QUOTE_BEGINS.match(line[:400])]
    )
    return kept[:TEXT_MAX].rstrip()


def named_documents(documents: Iterable[Document], *texts: str) -> tuple[str, ...]:
    """Return the ids of documents whose number the first of texts names that names any.

    A number of up to three characters says too little to count.
    """
    known = [d for d in documents if len(d.number) > _SHORT_NUMBER_MAX]
    for text in texts:
        said = text.lower()
        named = tuple(d.document_id for d in known if _stands_in(d.number.lower(), said))
        if named:
            return named
    return ()


def _stands_in(number: str, text: str) -> bool:
    """Return whether number stands in text as a whole: INV-1 is not in INV-12 nor in INV-1-A."""
    at = text.find(number)
    while at >= 0:
        before, after = text[:at][-1:], text[at + len(number) :][:2]
        joined = len(after) == 2 and after[0] in "-/_" and after[1].isalnum()
        if not before.isalnum() and not after[:1].isalnum() and not joined:
            return True
        at = text.find(number, at + 1)
    return False


def _unquoted(lines: Iterable[str]) -> str:
    return "\n".join(line for line in lines if not line.lstrip().startswith(">")).strip()
