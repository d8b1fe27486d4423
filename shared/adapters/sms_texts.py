"""Text messages in words: the longest that fits into one, else into two."""

from shared.adapters.templates import Templates, one_line
from shared.domain.sms import SmsView, gsm7, parts

_SELLER_MAX = 30


class SmsTexts:
    """Writes text messages. The same view gives the same words."""

    def __init__(self, templates: Templates) -> None:
        self._templates = templates

    def sms(self, view: SmsView) -> str:
        """Return the message in the customer's language, else in the entity's, else in English.

        A fee is named in the message that comes with it, however short that has to be. Raises
        ValueError for a link that is no absolute address.
        """
        if not view.link.startswith(("https://", "http://")):
            raise ValueError("the link of a text message is an absolute address")
        voice = self._templates.letter_voice(view.customer.language, view.entity.language)
        words, formats = voice.words, voice.formats
        fees = formats.joined([formats.money(fee) for fee in view.fees])
        facts = {
            "seller": one_line(view.entity.name)[:_SELLER_MAX].strip(),
            "amounts": formats.joined([formats.money(amount) for amount in view.amounts]),
            "day": formats.day(view.since),
            "fee": words("sms.fee", fees=fees) if view.fees else "",
            "link": view.link,
        }
        kind = "overdue" if view.since < view.today else "due"
        whole, short = (gsm7(words(f"sms.{name}", **facts)) for name in (kind, f"{kind}_short"))
        return whole if parts(whole) <= parts(short) else short
