"""What was looked for in vain, and how to list what there is."""

from collections.abc import Mapping

from shared.errors import NotFound

_NAME_CHARS_MAX = 64
KINDS: Mapping[str, tuple[str, str]] = {
    "notice": ("notice of this customer", "duecourse notice list CUSTOMER"),
    "promise": ("promise of this customer in force", "duecourse promise list CUSTOMER"),
    "dispute": ("dispute of this customer", "duecourse dispute list CUSTOMER"),
    "plan": ("plan of this customer", "duecourse plan list CUSTOMER"),
    "hold": ("hold of this customer", "duecourse hold list CUSTOMER"),
    "mandate": ("automatic payment of this customer", "duecourse autopay show CUSTOMER"),
    "handover": ("handed-over case", "duecourse tasks"),
    "pack": ("pack of a case", "duecourse handover CUSTOMER makes one"),
    "statement": ("statement", "duecourse statement CUSTOMER makes one"),
    "source": ("payment or credit of this customer", "duecourse money credits"),
    "payment": ("payment", "duecourse payments"),
    "refund": ("refund", "duecourse payments"),
    "charge": ("charge", "duecourse charges"),
    "document": ("invoice or charge", "duecourse invoices, duecourse charges"),
    "task": ("open task", "duecourse tasks"),
    "parked": ("parked entry", "duecourse parked"),
    "key": ("entry that waits for the ERP", "duecourse writeback list"),
    "recurrence": ("recurring invoice", "duecourse recurring list"),
    "version": ("version of this policy", "duecourse entity policy"),
    "policy": ("policy", "duecourse entity policy"),
    "import_id": ("import", "POST .../imports begins one and answers with its id"),
    "run": ("run", "duecourse runs"),
    "connection": ("connection to an ERP", "duecourse sync show"),
    "customer": ("customer", "duecourse customers, by our id or the ERP's"),
    "entity": ("legal entity that you may see", "duecourse entity list"),
    "path": ("page or route", "/api/v1/openapi.json"),
}
"""What each fact of NotFound names, and where it is listed; the narrowest first."""
_NAMELESS = ("path", "entity")
"""What is not named: an entity that is another's is answered to the letter as an unknown one."""


def told(error: NotFound) -> str:
    """Return what error looked for and how to list what there is, in a sentence or two.

    It says what the caller named, and nothing of whether somebody else has it.
    """
    facts = error.facts
    if "reason" in facts:
        reason = str(facts["reason"]).rstrip(".")
        return f"{reason[:1].upper()}{reason[1:]}. {error.help}"
    kind = next((known for known in KINDS if known in facts), None)
    if kind is None:
        return error.help
    what, listed = KINDS[kind]
    name = str(facts[kind])[:_NAME_CHARS_MAX]
    if kind in _NAMELESS:
        return f"There is no such {what}. See {listed}."
    if not name:
        return f"Name a {what}. See {listed}."
    return f"There is no {what} {name!r} here. See {listed}."
