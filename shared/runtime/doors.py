"""Who comes in, and what they are shown: operators, payers, links and pages."""

from functools import cache
from typing import TYPE_CHECKING

from shared import runtime

if TYPE_CHECKING:
    from shared.adapters.links import Links
    from shared.adapters.sessions import Sessions
    from shared.adapters.sign_in import SignIn
    from shared.adapters.templates import Templates
    from shared.adapters.tokens import Tokens


@cache
def sign_in() -> "SignIn":
    """Return the sign-in of operators at the issuer."""
    from shared.adapters.sign_in import SignIn

    return SignIn(
        runtime.setting("TOKEN_AUTHORIZE_URL"),
        runtime.setting("TOKEN_EXCHANGE_URL"),
        runtime.setting("TOKEN_AUDIENCE"),
        runtime.setting("TOKEN_LOGOUT_URL"),
    )


@cache
def tokens() -> "Tokens":
    """Return the check of sign-in tokens."""
    from shared.adapters.tokens import Tokens

    return Tokens(
        runtime.setting("TOKEN_ISSUER"),
        runtime.setting("TOKEN_AUDIENCE"),
        runtime.setting("TOKEN_JWKS_URL"),
    )


@cache
def sessions() -> "Sessions":
    """Return the portal's sessions."""
    from shared.adapters.sessions import Sessions

    return Sessions(runtime.table())


@cache
def links() -> "Links":
    """Return the portal links."""
    from shared.adapters.links import Links

    return Links(runtime.table(), days=int(runtime.setting("LINK_DAYS")))


@cache
def templates() -> "Templates":
    """Return the templates of pages and mails."""
    from shared.adapters.templates import Templates

    return Templates()
