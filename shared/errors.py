"""Errors that the hub raises on purpose. The edge turns them into an answer or a retry."""

from typing import ClassVar


class HubError(Exception):
    """Base of every error this hub raises on purpose.

    code is stable and machine-readable (logs, API bodies, metrics);
    retryable says whether the same call may succeed later; facts are safe to log and to show,
    save what another system said in its own words (said): that is for people, and in no log;
    help says, in one sentence, what the person can do.
    """

    code: ClassVar[str] = "hub_error"
    retryable: ClassVar[bool] = False
    help: ClassVar[str] = ""

    def __init__(self, **facts: str | int) -> None:
        self.facts = facts
        told = "".join(f" {k}={v!r}" for k, v in facts.items() if k != "said")
        super().__init__(self.code + told)


class NotFound(HubError):
    """No such thing, or not yours: both answer alike."""

    code = "not_found"
    help = "Check the id and the entity."


class RequestUnnamed(HubError):
    """A request that moves money came without a name of its own."""

    code = "request_unnamed"
    help = "Send an Idempotency-Key of 1 to 255 characters, a new one for each new request."


class InvalidInput(HubError):
    """The request is well-formed but says something that cannot be."""

    code = "invalid_input"
    help = "Correct the named field and try again."


class NotAllowed(HubError):
    """The caller is known but lacks the role."""

    code = "not_allowed"
    help = "Ask an administrator of the entity for the role."


class Unauthenticated(HubError):
    """No valid sign-in came with the request."""

    code = "unauthenticated"
    help = "Sign in and try again."


class Conflict(HubError):
    """The request contradicts what is already stored."""

    code = "conflict"
    help = "Read the current state and decide again."


class ClockGoesBack(Conflict):
    """The business clock of a sandbox was to go back to before what the sandbox has lived."""

    code = "clock_goes_back"
    help = "Name a later instant; an earlier day is lived in a new sandbox."


class RequestReused(Conflict):
    """The name of the request was used for another one."""

    code = "request_reused"
    help = "Use a new key for a new request."


class ConnectionNotBegun(Conflict):
    """A connection to an ERP was never begun: there is nothing to pull, and nothing to pause."""

    code = "connection_not_begun"
    help = "It was never begun: duecourse sync show says how it stands, duecourse connect imports."


class ConnectionPaused(Conflict):
    """A connection to an ERP is paused: nothing is pulled from it."""

    code = "connection_paused"
    help = "It is paused: duecourse sync begin follows it again."


class ConnectionUntested(Conflict):
    """The test of a connection has not worked, so nothing is imported by it."""

    code = "connection_untested"
    help = "Its test has not worked: duecourse sync show says why, and what to do."


class ConnectionInUse(Conflict):
    """A connection imported records, or told its ERP of entries: what they became names it."""

    code = "connection_in_use"
    help = (
        "It has imported records, or its ERP was told entries, which go by its name. "
        "Pause it instead: duecourse sync pause."
    )


class WriteConflict(HubError):
    """Another writer changed an item first: re-read, re-decide, try again."""

    code = "write_conflict"
    retryable = True
    help = "Try again: somebody changed this at the same moment."


class CurrencyMismatch(HubError):
    """Two amounts of different currencies met."""

    code = "currency_mismatch"
    help = "Amounts are never converted: use the document's own currency."


class UntrustedWebhook(HubError):
    """A webhook that nobody with our secret signed just now."""

    code = "untrusted_webhook"
    help = "Check that the endpoint's signing secret is the one in the stack's secret."


class MalformedWebhook(HubError):
    """A signed webhook that is not an event as we know it, or is meant for another stage."""

    code = "malformed_webhook"
    help = "Check which endpoint and which mode of the gateway send here."


class ErpRefused(HubError):
    """The ERP said no: the same call will be refused again. The fact `said` is its own words."""

    code = "erp_refused"
    help = "Read what the ERP said, correct it there or here, then repair the entry."


class ErpUnavailable(HubError):
    """The ERP did not take the call: nothing was booked. retry_after_s says when to come back."""

    code = "erp_unavailable"
    retryable = True
    help = "The hub tries again by itself. Check that the ERP runs and can be reached."


class ErpOutcomeUnknown(HubError):
    """The call was sent and no answer came: it may be booked. Look it up before trying again."""

    code = "erp_outcome_unknown"
    retryable = True
    help = "The hub looks it up by its own key before it tries again."


class ErpAccess(HubError):
    """The ERP does not let us in: a key was revoked, a sign-in ran out, a right is missing."""

    code = "erp_access"
    help = "Run duecourse connect again for this entity, with a valid key or password."


class ErpUnreadable(HubError):
    """The ERP answered with something that is no answer as we know it."""

    code = "erp_unreadable"
    help = "Check the product's version against docs/connectors.md."

    @property
    def of_record(self) -> bool:
        """Return whether it is one record that cannot be read, and not an answer as a whole."""
        return "field" in self.facts
