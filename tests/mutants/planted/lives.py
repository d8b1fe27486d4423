"""Bugs that a year in the life of a customer shows."""

from tests.mutants.bug import bug

LIVES = "tests/lives/test_rules_in_lives.py"
DUE = "shared/domain/due_stage.py"

LIFE_BUGS = (
    bug(
        "a part-paid invoice leaves the ladder",
        DUE,
        "    if not item.cover.chaseable:\n",
        "    if item.document.open.minor < item.document.total.minor:\n",
        LIVES,
        rules="R17",
    ),
    bug(
        "instalments are late by the last of their days",
        "shared/domain/open_items.py",
        "            due_on=part.due_on,\n",
        "            due_on=document.instalments[-1].due_on,\n",
        LIVES,
        rules="R18",
    ),
    bug(
        "a message asks for the first of the documents that are due",
        "shared/domain/decide.py",
        "    asked = {one.document.document_id: one.rung for one in due}\n",
        "    asked = {one.document.document_id: one.rung for one in due[:1]}\n",
        LIVES,
        rules="R19",
    ),
    bug(
        "holidays are working days",
        "shared/domain/policy_book.py",
        "return policy.sends_on(day) and not (policy.holidays and day in self.closed_on)",
        "return policy.sends_on(day)",
        LIVES,
        rules="R31",
    ),
    bug(
        "the grace of a promise is forgotten",
        "shared/domain/account.py",
        "return made and not withdrawn and today <= self.last_day",
        "return made and not withdrawn and today <= self.pays_on",
        LIVES,
        rules="R33",
    ),
    bug(
        "a fee is charged although the mail is stopped",
        DUE,
        "    if stage.channel is Channel.EMAIL and customer.mail_stopped:\n",
        "    if stage.channel is Channel.SMS and customer.mail_stopped:\n",
        LIVES,
        rules="R36",
    ),
    bug(
        "the last stage is said again for ever",
        DUE,
        "        return self.done >= rung.position\n",
        "        return self.done > rung.position\n",
        LIVES,
        rules="R37",
    ),
)
