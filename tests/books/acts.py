"""A year of acts, drawn from a seed: what people, payers and the gateway do to the money."""

from collections import Counter
from datetime import datetime, timedelta
from random import Random

from infra.cli.errors import CliError
from shared.errors import HubError
from tests.books import cash_acts, charge_acts, gateway_acts, invoice_acts
from tests.books.hub import Hub
from tests.books.player import Act, Idle, Player

_DAYS_APART_MAX = 0.5
ACTS: dict[str, tuple[int, Act]] = (
    invoice_acts.ACTS | cash_acts.ACTS | gateway_acts.ACTS | charge_acts.ACTS
)
"""How often each act is drawn, and what it does."""


def play(hub: Hub, entity_id: str, chance: Random, acts: int, begin: datetime) -> Counter[str]:
    """Do so many acts, some hours apart, from begin on; return how often each was done.

    In brackets stands why an act was not: nothing to do it to, or the code of the refusal. At the
    end the gateway has told everything, and the hub has followed it.
    """
    done: Counter[str] = Counter()
    player = Player(hub, entity_id, chance)
    charge_acts.prepare(player)
    moment = begin
    names, weights = list(ACTS), [weight for weight, _ in ACTS.values()]
    for _ in range(acts):
        moment += timedelta(days=chance.random() * _DAYS_APART_MAX)
        hub.at(moment)
        (name,) = chance.choices(names, weights)
        try:
            ACTS[name][1](player)
            done[name] += 1
        except Idle:
            done[f"{name} (idle)"] += 1
        except CliError as refusal:
            done[f"{name} ({str(refusal).split(':')[0]})"] += 1
        except HubError as refusal:
            done[f"{name} ({refusal.code})"] += 1
    gateway_acts.tell_all(player)
    return done
