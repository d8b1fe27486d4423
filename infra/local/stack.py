"""The whole local cloud as one thing: start it, find it, move its clock, wait for it, end it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from infra.local import deploy, ministack, processes, records, wiring
from infra.local.identity import Issuer
from infra.local.idle import Idle
from infra.local.options import Options
from infra.local.startup import AlreadyUp, Startup

__all__ = ["AlreadyUp", "LocalStack", "Options"]


class LocalStack:
    """A running local cloud. What it knows is in `<state dir>/stack.json`, for others to find."""

    def __init__(self, state: dict[str, Any]) -> None:
        self.state = state
        self._idle: Idle | None = None

    @classmethod
    def start(
        cls, options: Options, on_step: Callable[[str], None] = lambda _: None
    ) -> "LocalStack":
        """Return a local cloud with the template deployed and every product wired to it.

        `on_step` is told in words what happens next. Raises AlreadyUp, or StartFailed with one line
        that names what failed and where its log is; nothing is left running then.
        """
        started = Startup(options, on_step)
        try:
            return cls(started.run())
        except BaseException:
            started.undo()
            raise

    @classmethod
    def attach(cls, state_dir: Path) -> "LocalStack | None":
        """Return the local cloud that runs with this state folder, None when there is none."""
        state = records.read(state_dir)
        if state is None or state["status"] != "up":
            return None
        found = cls(state)
        return None if found.dead() else found

    @staticmethod
    def stop(state_dir: Path) -> bool:
        """End what `stack.json` names, and only that; return whether there was anything to end."""
        return records.tear_down(state_dir)

    def dead(self) -> list[str]:
        """Return the names of processes that should run and do not."""
        started = records.processes_of(self.state)
        return [process.name for process in started if not processes.is_running(process)]

    @property
    def public_url(self) -> str:
        """Return the base address of portal, console, API and webhooks."""
        return str(self.state["public_url"])

    def client(self, service: str) -> Any:
        """Return a boto3 client of the emulated AWS that holds every permission."""
        return deploy.client(service, self.state["aws_endpoint"])

    def issuer(self) -> Issuer:
        """Return the issuer of operators' tokens, able to mint good ones and bad ones."""
        return wiring.issuer(self.state)

    def token(self, username: str, *groups: str) -> str:
        """Return an operator's token; groups are `<entity>:<role>` or `*:<role>`."""
        return wiring.token(self.state, username, groups)

    def set_business_clock(self, offset_s: float) -> None:
        """Move the business clock of the mail and payment servers to `offset_s` after the wall.

        The functions' own clock is set through the operator API.
        """
        for name, address in wiring.controls(self.state).items():
            if name != "texts":  # has no clock
                wiring.post(f"{address}/_config/clock", {"offset_seconds": int(offset_s)})

    def register_webhook(self, entity: str) -> None:
        """Let the local Stripe send its events to the endpoint of this entity, too."""
        wiring.register_webhook(self.state, entity)

    def wait_until_idle(self, timeout_s: float = 30.0) -> None:
        """Return once nothing moves any more. Raises StillBusy, saying what does."""
        self.idle().wait(timeout_s)

    def idle(self) -> Idle:
        """Return the looks behind `wait_until_idle`."""
        if self._idle is None:
            self._idle = Idle(
                self.state["aws_endpoint"],
                wiring.controls(self.state),
                table_name=self.state["outputs"].get("TableName"),
            )
        return self._idle

    def run_schedule(self, logical_id: str) -> None:
        """Do now what a schedule of the template does: send its input to its queue, or call."""
        schedule = self.state["schedules"][logical_id]
        if ":sqs:" in schedule["arn"]:
            name = schedule["arn"].rpartition(":")[2]
            sqs = self.client("sqs")
            url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
            sqs.send_message(QueueUrl=url, MessageBody=schedule["input"])
        else:
            self.client("lambda").invoke(
                FunctionName=schedule["arn"], InvocationType="Event", Payload=schedule["input"]
            )

    def workers(self, logical_id: str) -> list[dict[str, Any]]:
        """Return the worker processes of a function: `pid` and whether it is `busy`."""
        name = self.state["physical_ids"][logical_id]
        return ministack.state(self.state["aws_endpoint"])["workers"].get(name, [])
