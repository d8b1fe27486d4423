"""The SES operations beside SendEmail: account, identities, configuration sets, suppression."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from infra.local.mail.clock import parse_instant
from infra.local.mail.errors import SesError, bad_request
from infra.local.mail.service import Service

Answer = dict[str, Any]
PAGE_MAX = 1000


def get_account(service: Service, params: dict[str, Any]) -> Answer:
    """Return the account: out of the sandbox, healthy, with its send quota."""
    quota = service.quota
    return {
        "DedicatedIpAutoWarmupEnabled": False,
        "EnforcementStatus": "HEALTHY",
        "ProductionAccessEnabled": True,
        "SendingEnabled": True,
        "SendQuota": {
            "Max24HourSend": quota.day_max,
            "MaxSendRate": quota.rate_per_s,
            "SentLast24Hours": float(quota.sent_last_day(service.clock.monotonic())),
        },
        "SuppressionAttributes": {"SuppressedReasons": ["BOUNCE", "COMPLAINT"]},
    }


def create_email_identity(service: Service, params: dict[str, Any]) -> Answer:
    """Add an identity that waits for verification, as on AWS."""
    identity = params["EmailIdentity"].lower()
    if identity in service.identities:
        raise SesError("AlreadyExistsException", f"Email identity {identity} already exist.")
    service.verify(identity, False)
    return {"IdentityType": _identity_type(identity), "VerifiedForSendingStatus": False}


def get_email_identity(service: Service, params: dict[str, Any]) -> Answer:
    """Return an identity and whether it may send."""
    identity = params["EmailIdentity"].lower()
    if identity not in service.identities:
        raise SesError("NotFoundException", f"Email identity {identity} does not exist.", 404)
    verified = service.identities[identity]
    return {
        "IdentityType": _identity_type(identity),
        "FeedbackForwardingStatus": True,
        "VerifiedForSendingStatus": verified,
        "VerificationStatus": "SUCCESS" if verified else "PENDING",
        "DkimAttributes": {
            "SigningEnabled": verified,
            "Status": "SUCCESS" if verified else "PENDING",
        },
        "Policies": {},
        "Tags": [],
    }


def delete_email_identity(service: Service, params: dict[str, Any]) -> Answer:
    """Remove an identity."""
    if service.identities.pop(params["EmailIdentity"].lower(), None) is None:
        raise SesError("NotFoundException", "Email identity does not exist.", 404)
    return {}


def list_email_identities(service: Service, params: dict[str, Any]) -> Answer:
    """Return every identity."""
    return {
        "EmailIdentities": [
            {
                "IdentityType": _identity_type(identity),
                "IdentityName": identity,
                "SendingEnabled": verified,
                "VerificationStatus": "SUCCESS" if verified else "PENDING",
            }
            for identity, verified in sorted(service.identities.items())
        ]
    }


def create_configuration_set(service: Service, params: dict[str, Any]) -> Answer:
    """Add a configuration set; it has no event destination yet."""
    name = params["ConfigurationSetName"]
    if name in service.configuration_sets:
        raise SesError("AlreadyExistsException", f"Configuration set <{name}> already exists.")
    service.configuration_sets.add(name)
    return {}


def get_configuration_set(service: Service, params: dict[str, Any]) -> Answer:
    """Return a configuration set."""
    service.need_configuration_set(params["ConfigurationSetName"])
    return {
        "ConfigurationSetName": params["ConfigurationSetName"],
        "SendingOptions": {"SendingEnabled": True},
        "ReputationOptions": {"ReputationMetricsEnabled": True},
        "SuppressionOptions": {"SuppressedReasons": ["BOUNCE", "COMPLAINT"]},
        "Tags": [],
    }


def get_event_destinations(service: Service, params: dict[str, Any]) -> Answer:
    """Return the SNS destination of a configuration set, if it has one."""
    service.need_configuration_set(params["ConfigurationSetName"])
    names = {"DeliveryDelay": "DELIVERY_DELAY"}
    return {
        "EventDestinations": [
            {
                "Name": "sns",
                "Enabled": True,
                "MatchingEventTypes": [names.get(kind, kind.upper()) for kind in found.kinds],
                "SnsDestination": {"TopicArn": found.topic_arn},
            }
            for found in service.publisher.destinations()
            if found.configuration_set == params["ConfigurationSetName"]
        ]
    }


def put_suppressed(service: Service, params: dict[str, Any]) -> Answer:
    """Put an address on the suppression list."""
    service.suppression.put(params["EmailAddress"], params["Reason"], service.clock.wall(), {})
    return {}


def get_suppressed(service: Service, params: dict[str, Any]) -> Answer:
    """Return the entry of a suppressed address."""
    return {"SuppressedDestination": service.suppression.get(params["EmailAddress"])}


def delete_suppressed(service: Service, params: dict[str, Any]) -> Answer:
    """Take an address off the suppression list."""
    service.suppression.remove(params["EmailAddress"])
    return {}


def list_suppressed(service: Service, params: dict[str, Any]) -> Answer:
    """Return a page of the suppression list; the next token is the next position."""
    first = _epoch(params.get("StartDate"), 0.0)
    last = _epoch(params.get("EndDate"), float("inf"))
    reasons = params.get("Reasons") or ["BOUNCE", "COMPLAINT"]
    entries = [
        {key: entry[key] for key in ("EmailAddress", "Reason", "LastUpdateTime")}
        for entry in service.suppression.all()
        if entry["Reason"] in reasons and first <= entry["LastUpdateTime"] <= last
    ]
    token = params.get("NextToken") or "0"
    if not token.isascii() or not token.isdigit():
        raise SesError("InvalidNextTokenException", "The next token is not one of ours")
    start, size = int(token), params.get("PageSize") or PAGE_MAX
    if not 0 < size <= PAGE_MAX:
        raise bad_request(f"PageSize must be 1 to {PAGE_MAX}")
    more = {"NextToken": str(start + size)} if start + size < len(entries) else {}
    return {"SuppressedDestinationSummaries": entries[start : start + size], **more}


OPERATIONS: dict[str, Callable[[Service, dict[str, Any]], Answer]] = {
    "GetAccount": get_account,
    "CreateEmailIdentity": create_email_identity,
    "GetEmailIdentity": get_email_identity,
    "DeleteEmailIdentity": delete_email_identity,
    "ListEmailIdentities": list_email_identities,
    "CreateConfigurationSet": create_configuration_set,
    "GetConfigurationSet": get_configuration_set,
    "GetConfigurationSetEventDestinations": get_event_destinations,
    "PutSuppressedDestination": put_suppressed,
    "GetSuppressedDestination": get_suppressed,
    "DeleteSuppressedDestination": delete_suppressed,
    "ListSuppressedDestinations": list_suppressed,
}


def _identity_type(identity: str) -> str:
    return "EMAIL_ADDRESS" if "@" in identity else "DOMAIN"


def _epoch(value: Any, default: float) -> float:
    if value is None:
        return default
    return value if isinstance(value, int | float) else parse_instant(value).timestamp()
