"""What the function behind each queue does with a message."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from shared.domain.gateway_event import GatewayEvent
from shared.domain.refund import RefundState
from shared.usecases import send_notice
from shared.usecases.accrue import accrue
from shared.usecases.apply_payment import follow_again
from shared.usecases.cash_desk import go_on
from shared.usecases.claim_receipt import claim_receipt
from shared.usecases.escalate import Ports as Escalation
from shared.usecases.escalate import escalate
from shared.usecases.render_document import render_document
from shared.usecases.request_refund import request_refund
from shared.usecases.reverse_payment import finish_reversal
from shared.usecases.take_event import take_event
from shared.usecases.work_sweep import work
from shared.usecases.write_back import Ports as Telling
from shared.usecases.write_back import Round, write_back
from tests.sim.founding import ENTITY

if TYPE_CHECKING:
    from tests.sim.world import World


def consume(world: "World", queue: str, body: Mapping[str, Any]) -> str:
    """Do what the function behind a queue does with a message; return what it says of it."""
    hub = world.hub
    match queue:
        case "NOTICE" if body["kind"] == "receipt":
            whose = (ENTITY, body["customer_id"], body["payment_id"])
            return claim_receipt(hub.accounts, hub.receipts, *whose, world.now)
        case "NOTICE":
            whose = (ENTITY, body["customer_id"], body["n"])
            return send_notice.send_notice(hub.sending, *whose, world.now)
        case "SWEEP":
            of = (ENTITY, body["run_id"], body["batch"])
            tally = work(hub.sweeping, *of, body["customers"], world.now)
            return f"claimed {tally.claimed} lost {tally.lost} capped {tally.capped}"
        case "ESCALATION" if body["kind"] == "accrue":
            made = accrue(hub.charging, hub.accounts, ENTITY, body["customers"], world.now)
            return f"accrued {made}"
        case "ESCALATION":
            ports = Escalation(
                accounts=hub.accounts,
                policies=hub.entities,
                charging=hub.charging,
                deliveries=hub.notices,
                approvals=hub.approvals,
                handovers=hub.handovers,
                queue=world.queues,
            )
            return escalate(ports, ENTITY, body["customer_id"], body["n"], world.now)
        case "DOCUMENT":
            stores = (hub.accounts, hub.papers, world.folder, world.folder)
            return render_document(*stores, ENTITY, body["customer_id"], body["document_id"])
        case "WRITEBACK":
            ports = Telling(hub.writebacks, world.folder, hub.accounts, lambda _: None)
            here = Round(lambda: True, lambda: world.now.wall)
            whose = (body["customer_id"], body["document_id"])
            return write_back(ports, here, ENTITY, *whose, world.now)
        case "PAYMENT" if "payment_id" in body:
            go_on(hub.desk, ENTITY, body["payment_id"], world.now)
            done = finish_reversal(hub.desk, ENTITY, body["payment_id"], world.now)
            return f"plan {len(done.plan)}"
        case "PAYMENT" if "refund_id" in body:
            asked = request_refund(hub.refunds, ENTITY, body["refund_id"], world.now)
            if asked.state is RefundState.FAILED:
                follow_again(hub.money_in, ENTITY, asked.payment_reference, world.now)
            return f"refund {asked.state}"
        case "PAYMENT":
            event = GatewayEvent(**body["event"])
            told = take_event(hub.money_in, hub.inbox, ENTITY, event, world.now)
            return f"{told.state} {told.code}"
    raise AssertionError(queue)
