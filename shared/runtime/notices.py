"""Telling customers: notices and receipts by mail, letter and text message."""

from functools import cache
from typing import TYPE_CHECKING

from shared import runtime

if TYPE_CHECKING:
    from shared.adapters.mail_watch import MailWatch
    from shared.adapters.mail_wishes import MailWishes
    from shared.adapters.notices import Notices
    from shared.adapters.receipts import Receipts
    from shared.adapters.reply_inbox import ReplyInbox
    from shared.adapters.send_pace import SendPace
    from shared.adapters.suppressions import Suppressions
    from shared.adapters.texts import Texts
    from shared.usecases.look_again import Stores
    from shared.usecases.send_letter import LetterService
    from shared.usecases.send_letter import Ports as PostingPorts
    from shared.usecases.send_notice import Ports as SendingPorts
    from shared.usecases.send_sms import Ports as SmsPorts
    from shared.usecases.write_mail import Ports as WordsPorts


@cache
def notices() -> "Notices":
    """Return the numbered notices and their deliveries."""
    from shared.adapters.notices import Notices

    return Notices(runtime.table())


@cache
def receipts() -> "Receipts":
    """Return the claims of receipts."""
    from shared.adapters.receipts import Receipts

    return Receipts(runtime.table(), runtime.notices())


@cache
def suppressions() -> "Suppressions":
    """Return the addresses that are mailed no more."""
    from shared.adapters.suppressions import Suppressions

    return Suppressions(runtime.table())


@cache
def mail_watch() -> "MailWatch":
    """Return the tally of mails, and the pauses that follow from it."""
    from shared.adapters.mail_watch import MailWatch

    return MailWatch(runtime.table())


@cache
def mail_wishes() -> "MailWishes":
    """Return the writes of what customers wish of our mails."""
    from shared.adapters.mail_wishes import MailWishes

    return MailWishes(runtime.table())


@cache
def reply_inbox() -> "ReplyInbox":
    """Return the mails that came in."""
    from shared.adapters.reply_inbox import ReplyInbox

    return ReplyInbox(runtime.client("s3"), runtime.setting("REPLIES_BUCKET"))


@cache
def texts() -> "Texts":
    """Return the mails in words."""
    from shared.adapters.texts import Texts

    return Texts(runtime.templates())


@cache
def mail_words() -> "WordsPorts":
    """Return everything that the words of a mail need."""
    from shared.usecases.write_mail import Ports

    return Ports(
        policies=runtime.entities(),
        texts=runtime.texts(),
        links=runtime.links(),
        receipts=runtime.payments(),
        disputes=runtime.disputes(),
        ledger=runtime.ledger(),
        print_statement=lambda told: runtime.printer().statement(told),
        public_url=runtime.public_url(),
    )


@cache
def send_pace() -> "SendPace":
    """Return the turns of senders."""
    from shared.adapters.send_pace import SendPace

    return SendPace(runtime.table(), runtime.client("sesv2"))


@cache
def sending() -> "SendingPorts":
    """Return everything that sending a notice needs. The SES client makes one attempt only."""
    from shared.adapters.mail_archive import MailArchive
    from shared.adapters.ses_mail import SesMailer
    from shared.usecases.send_notice import Ports

    mailer = SesMailer(
        runtime.client("sesv2", attempts_max=1),
        runtime.setting("MAIL_FROM"),
        runtime.setting("CONFIGURATION_SET"),
    )
    return Ports(
        accounts=runtime.accounts(),
        deliveries=runtime.notices(),
        suppressions=runtime.suppressions(),
        tasks=runtime.tasks(),
        words=runtime.mail_words(),
        untold=runtime.untold(),
        mailer=mailer,
        archive=MailArchive(runtime.client("s3"), runtime.setting("DOCUMENTS_BUCKET")),
        new_fence=runtime.fence,
        wait_turn=lambda recipients: runtime.send_pace().wait(recipients, runtime.wall),
        reply_mailbox=runtime.reply_mailbox(),
    )


def sending_stores() -> "Stores":
    """Return what is read and written around a message of any channel."""
    from shared.usecases.look_again import Stores

    ports = (
        runtime.accounts(),
        runtime.entities(),
        runtime.notices(),
        runtime.tasks(),
        runtime.untold(),
    )
    return Stores(*ports, new_fence=runtime.fence)


@cache
def texting() -> "SmsPorts":
    """Return everything that a text message needs. Its client makes one attempt only."""
    from shared.adapters.end_user_messaging import EndUserMessaging
    from shared.adapters.mail_archive import MailArchive
    from shared.adapters.sms_texts import SmsTexts
    from shared.usecases.send_sms import Ports

    service = runtime.client("pinpoint-sms-voice-v2", attempts_max=1)
    sender = EndUserMessaging(
        service, runtime.setting("SMS_ORIGINATION"), runtime.setting("SMS_CONFIGURATION_SET")
    )
    return Ports(
        stores=runtime.sending_stores(),
        suppressions=runtime.suppressions(),
        texts=SmsTexts(runtime.templates()),
        links=runtime.links(),
        sender=sender,
        archive=MailArchive(runtime.client("s3"), runtime.setting("DOCUMENTS_BUCKET")),
        public_url=runtime.public_url(),
    )


@cache
def posting() -> "PostingPorts":
    """Return everything that sending a letter needs."""
    from shared.adapters.mail_archive import MailArchive
    from shared.usecases.send_letter import Ports

    return Ports(
        stores=runtime.sending_stores(),
        ledger=runtime.ledger(),
        links=runtime.links(),
        printer=runtime.printer(),
        archive=MailArchive(runtime.client("s3"), runtime.setting("DOCUMENTS_BUCKET")),
        service=runtime.letter_service(),
        public_url=runtime.public_url(),
    )


@cache
def letter_service() -> "LetterService":
    """Return who posts letters: a folder that a printer empties, or a print service."""
    if runtime.setting("LETTER_SERVICE") == "folder":
        from shared.adapters.letter_folder import LetterFolder

        return LetterFolder(
            runtime.client("s3", attempts_max=1), runtime.setting("DOCUMENTS_BUCKET")
        )
    from shared.adapters.pingen import Pingen
    from shared.adapters.secret import Secret

    secret = Secret(runtime.client("secretsmanager"), runtime.setting("PINGEN_SECRET"))
    return Pingen(
        secret.value, runtime.setting("PINGEN_API_BASE"), runtime.setting("PINGEN_IDENTITY_BASE")
    )
