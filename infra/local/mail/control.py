"""The `/_config` commands: what a person or a proof tells the local SES to do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from infra.local.mail.clock import iso_millis
from infra.local.mail.errors import BadControl
from infra.local.mail.inbound import Rule
from infra.local.mail.publisher import KINDS, Destination
from infra.local.mail.service import Service

Data = dict[str, Any]
WAIT_MOST_S = 120.0


def run(service: Service, method: str, name: str, query: dict[str, str], body: Data) -> Any:
    """Carry out one command and return its answer as JSON values."""
    command = _COMMANDS.get((method, name))
    if command is None:
        known = ", ".join(f"{verb} {path}" for verb, path in sorted(_COMMANDS))
        raise BadControl(f"no command {method} {name}; there are: {known}")
    try:
        return command(service, {**query, **body})
    except KeyError as exc:
        raise BadControl(f"{exc.args[0]} is missing") from exc
    except (TypeError, ValueError) as exc:
        raise BadControl(str(exc)) from exc


def wait_s(data: Data) -> float:
    """Return how long a request wants to wait, in seconds, within reason."""
    return min(float(data.get("wait_seconds", 0)), WAIT_MOST_S)


def _identity(service: Service, data: Data) -> Data:
    service.verify(str(data["identity"]), bool(data.get("verified", True)))
    return {"identities": service.identities}


def _configuration_set(service: Service, data: Data) -> Data:
    service.configuration_sets.add(str(data["name"]))
    return {"configuration_sets": sorted(service.configuration_sets)}


def _event_destination(service: Service, data: Data) -> Data:
    wanted = {str(kind).replace("_", "").lower() for kind in data.get("event_types") or KINDS}
    kinds = tuple(kind for kind in KINDS if kind.lower() in wanted)
    if not kinds:
        raise BadControl(f"event_types are some of {', '.join(KINDS)}")
    destination = Destination(
        configuration_set=str(data["configuration_set"]),
        topic_arn=str(data["sns_topic_arn"]),
        endpoint_url=str(data["endpoint_url"]),
        region=str(data.get("region") or service.region),
        kinds=kinds,
    )
    service.connect(destination)
    return destination.to_json()


def _clear_event_destination(service: Service, data: Data) -> Data:
    return {"cleared": service.publisher.disconnect(str(data["configuration_set"]))}


def _event_destinations(service: Service, data: Data) -> Data:
    found = service.publisher.destinations()
    return {"event_destinations": [destination.to_json() for destination in found]}


def _inbound(service: Service, data: Data) -> Data:
    service.inbound.rule = Rule(
        domain=str(data["domain"]).lower(),
        bucket=str(data["bucket"]),
        prefix=str(data.get("prefix", "")),
        topic_arn=str(data["sns_topic_arn"]),
        endpoint_url=str(data["endpoint_url"]),
        region=str(data.get("region") or service.region),
    )
    return {"domain": service.inbound.rule.domain}


def _events(service: Service, data: Data) -> Data:
    service.publisher.pause(bool(data["paused"]))
    return {"paused": bool(data["paused"])}


def _rate(service: Service, data: Data) -> Data:
    quota = service.quota
    quota.set(
        float(data.get("max_send_rate", quota.rate_per_s)),
        float(data.get("max_24_hour_send", quota.day_max)),
    )
    return {"max_send_rate": quota.rate_per_s, "max_24_hour_send": quota.day_max}


def _set_clock(service: Service, data: Data) -> Data:
    service.clock.offset_s = float(data["offset_seconds"])
    return _clock(service, data)


def _clock(service: Service, data: Data) -> Data:
    return {
        "offset_seconds": service.clock.offset_s,
        "business_time": iso_millis(service.clock.business()),
        "wall_time": iso_millis(service.clock.wall()),
    }


def _add_fault(service: Service, data: Data) -> Data:
    return service.faults.add(data).to_json()


def _faults(service: Service, data: Data) -> Data:
    return {"faults": service.faults.to_json()}


def _clear_faults(service: Service, data: Data) -> Data:
    return {"cleared": service.faults.clear(data.get("fault_id"))}


def _set_recipient(service: Service, data: Data) -> Data:
    service.addresses.set(str(data["pattern"]), str(data["outcome"]))
    return _recipients(service, data)


def _recipients(service: Service, data: Data) -> Data:
    return {"recipients": service.addresses.rules()}


def _clear_recipients(service: Service, data: Data) -> Data:
    service.addresses.forget(data.get("pattern"))
    return _recipients(service, data)


def _hold(service: Service, data: Data) -> Data:
    known = {"match", "when", "times", "notify_url", "timeout_seconds", "block_until_released"}
    if set(data) - known:
        raise BadControl(f"a hold does not take {', '.join(sorted(set(data) - known))}")
    return {"hold_id": service.holds.add(data).hold_id}


def _held(service: Service, data: Data) -> Data:
    return {"held": service.holds.held(int(data.get("count", 1)), wait_s(data))}


def _release(service: Service, data: Data) -> Data:
    held_id, outcome = str(data.get("held_id", "all")), str(data.get("outcome", "continue"))
    return {"released": service.holds.release(held_id, outcome)}


def _idle(service: Service, data: Data) -> Data:
    return service.idle(wait_s(data))


def _counters(service: Service, data: Data) -> Data:
    return service.counters()


def _calls(service: Service, data: Data) -> Data:
    return {"calls": list(service.calls)}


def _reset(service: Service, data: Data) -> Data:
    service.reset()
    return {"reset": True}


_COMMANDS: dict[tuple[str, str], Callable[[Service, Data], Data]] = {
    ("POST", "identities"): _identity,
    ("POST", "configuration-set"): _configuration_set,
    ("POST", "event-destination"): _event_destination,
    ("POST", "event-destination/clear"): _clear_event_destination,
    ("GET", "event-destinations"): _event_destinations,
    ("POST", "inbound"): _inbound,
    ("POST", "events"): _events,
    ("POST", "rate"): _rate,
    ("POST", "clock"): _set_clock,
    ("GET", "clock"): _clock,
    ("POST", "faults"): _add_fault,
    ("GET", "faults"): _faults,
    ("POST", "faults/clear"): _clear_faults,
    ("POST", "recipients"): _set_recipient,
    ("GET", "recipients"): _recipients,
    ("POST", "recipients/clear"): _clear_recipients,
    ("POST", "hold"): _hold,
    ("GET", "held"): _held,
    ("POST", "release"): _release,
    ("GET", "idle"): _idle,
    ("GET", "counters"): _counters,
    ("GET", "calls"): _calls,
    ("POST", "reset"): _reset,
}
