"""What several sentences need: a request that moves money, and the customer's own account."""

from typing import TYPE_CHECKING, Any

from tests.support.payer import Payer, link_in

if TYPE_CHECKING:
    from tests.lives.life import Life


def ask_for_money(life: "Life", path: str, body: dict[str, Any]) -> Any:
    return life.hub.api_keyed(life.request_name(), "POST", f"{life.path}/{path}", body)


def enter(life: "Life") -> Payer:
    """Open the account by the link of the newest mail that has one."""
    linked = [m for m in life.hub.mails() if "/l/" in m["text"]]
    return Payer.enter(life.hub, link_in(linked[-1]))
