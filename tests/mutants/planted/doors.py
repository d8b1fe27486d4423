"""Bugs in who is let in, who is put out, and who is said to have been there."""

from tests.mutants.bug import bug

_ENDED = "tests/integration/portal/test_ended_links.py::"

DOOR_BUGS = (
    bug(
        "a link that was ended still opens",
        "shared/usecases/portal_session.py",
        "link is None or link.ended or",
        "link is None or",
        _ENDED + "test_ended_links_open_nothing_and_whoever_is_in_by_one_is_out",
        rules="R41",
    ),
    bug(
        "who is in by a link stays in when it is ended",
        "shared/adapters/sessions.py",
        'if was_ended(self._table, entity_id, item["customer_id"], session.opened_at):',
        "if False:",
        _ENDED + "test_ended_links_open_nothing_and_whoever_is_in_by_one_is_out",
        rules="R41",
    ),
    bug(
        "an ended link is a dead end",
        "shared/adapters/links.py",
        '        return Link(whose, from_iso(item["expires_at"]), ended)\n',
        '        return None if ended else Link(whose, from_iso(item["expires_at"]))\n',
        _ENDED + "test_an_ended_link_leads_to_a_fresh_one_that_works",
        rules="R41",
    ),
    bug(
        "signing out leaves the door at the issuer open",
        "functions/operator_api/console/session.py",
        '        page["headers"]["refresh"] = f"0; url={leave}"\n',
        '        page["headers"]["refresh"] = "0; url=/console"\n',
        "tests/integration/test_operator_sign_in.py::"
        "test_who_signed_out_is_asked_who_they_are_before_anybody_is_let_in_again",
    ),
    bug(
        "the log names the person of the call before",
        "functions/operator_api/trail.py",
        "    access.end()\n",
        "",
        "tests/integration/test_operator_trail.py::"
        "test_who_was_let_in_before_is_not_who_is_refused_now",
    ),
    bug(
        "a sign-in of the command is shown to any hub",
        "infra/cli/kept_login.py",
        "    login = _read().get(hub)\n",
        "    login = next(iter(_read().values()), None)\n",
        "tests/unit/test_cli_login.py::test_a_sign_in_is_never_shown_to_another_hub",
    ),
)
