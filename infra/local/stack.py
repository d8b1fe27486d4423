"""The whole local cloud as one thing: start it, find it, move its clock, wait for it, end it."""

import json
import os
import secrets
import shutil
import socket
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import urllib3

from infra.local import deploy, intrinsics, ministack, processes
from infra.local.edge import plan
from infra.local.identity import Issuer, Operator
from infra.local.idle import Idle

AUDIENCE = "duecourse"
_TOKEN_TTL_S = 30 * 24 * 3600
_READY_TIMEOUT_S = 30.0
_HTTP = urllib3.PoolManager(retries=False, timeout=urllib3.Timeout(10))


@dataclass(frozen=True)
class Options:
    """What a local cloud is made of. Paths are absolute."""

    project_root: Path
    state_dir: Path
    built_template: Path
    stack_name: str = "duecourse"
    entity: str = "demo"
    mail_from: str = "billing@duecourse.example"
    limits: deploy.LocalLimits = field(default_factory=deploy.LocalLimits)
    enforce_roles: bool = True
    layers_by_reference: bool = True
    parallel_requests: int = 4
    with_stripe: bool = True
    with_mail: bool = True
    handler_environment: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of_project(cls, project_root: Path) -> "Options":
        """Return the options of `duecourse up`: the built template, state in `.duecourse`."""
        root = project_root.resolve()
        return cls(root, root / ".duecourse", root / ".aws-sam" / "build" / "template.yaml")


class AlreadyUp(processes.StartFailed):
    """A local cloud of this project runs already."""


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
        started = _Start(options, on_step)
        try:
            return cls(started.run())
        except BaseException:
            started.undo()
            raise

    @classmethod
    def attach(cls, state_dir: Path) -> "LocalStack | None":
        """Return the local cloud that runs with this state folder, None when there is none."""
        state = _read_state(state_dir)
        if state is None or state["status"] != "up":
            return None
        found = cls(state)
        return None if found.dead() else found

    @staticmethod
    def stop(state_dir: Path) -> bool:
        """End what `stack.json` names, and only that; return whether there was anything to end."""
        state = _read_state(state_dir)
        if state is None:
            return False
        processes.stop([processes.Started(**record) for record in state["pids"]])
        shutil.rmtree(state["run_dir"], ignore_errors=True)
        (state_dir / "stack.json").unlink(missing_ok=True)
        return True

    def dead(self) -> list[str]:
        """Return the names of processes that should run and do not."""
        records = [processes.Started(**record) for record in self.state["pids"]]
        return [record.name for record in records if not processes.is_running(record)]

    @property
    def public_url(self) -> str:
        """Return the base address of portal, console, API and webhooks."""
        return str(self.state["public_url"])

    def client(self, service: str) -> Any:
        """Return a boto3 client of the emulated AWS that holds every permission."""
        return deploy.client(service, self.state["aws_endpoint"])

    def issuer(self) -> Issuer:
        """Return the issuer of operators' tokens, able to mint good ones and bad ones."""
        return Issuer.open(
            self.state["identity_url"], AUDIENCE, Path(self.state["run_dir"]) / "identity-key.pem"
        )

    def token(self, username: str, *groups: str) -> str:
        """Return an operator's token; groups are `<entity>:<role>` or `*:<role>`."""
        email = f"{username}@operators.example"
        return self.issuer().mint(Operator(username, email, groups), ttl_s=_TOKEN_TTL_S)

    def set_business_clock(self, offset_s: float) -> None:
        """Move the business clock of the mail and payment servers to `offset_s` after the wall.

        The functions' own clock is set through the operator API.
        """
        for address in _controls(self.state).values():
            _post(f"{address}/_config/clock", {"offset_seconds": int(offset_s)})

    def register_webhook(self, entity: str) -> None:
        """Let the local Stripe send its events to the endpoint of this entity, too."""
        _post(
            f"{self.state['stripe_url']}/_config/webhooks/{entity}",
            {
                "url": f"{self.public_url}/webhooks/stripe/{entity}",
                "secret": self.state["webhook_secret"],
            },
        )

    def wait_until_idle(self, timeout_s: float = 30.0) -> None:
        """Return once nothing moves any more. Raises StillBusy, saying what does."""
        self.idle().wait(timeout_s)

    def idle(self) -> Idle:
        """Return the looks behind `wait_until_idle`."""
        if self._idle is None:
            self._idle = Idle(
                self.state["aws_endpoint"],
                _controls(self.state),
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


class _Start:
    """One start, with what must be undone when it fails."""

    def __init__(self, options: Options, on_step: Callable[[str], None]) -> None:
        self._options = options
        self._on_step = on_step
        self._running: list[processes.Started] = []
        self._lock = threading.Lock()
        self._run_dir = options.state_dir / "run"
        self._state: dict[str, Any] = {}
        self._owns_state = False

    def run(self) -> dict[str, Any]:
        options = self._options
        self._claim_state_dir()
        if not options.built_template.exists():
            raise processes.StartFailed(
                f"nothing is built: {options.built_template} is missing (make build)"
            )
        edge, identity = _listen(), _listen()
        public_url, identity_url = _address(edge), _address(identity)
        self._note(public_url=public_url, identity_url=identity_url)
        self._on_step("starting mail, payments, sign-in and the emulated AWS")
        with ThreadPoolExecutor(4) as pool:
            mail = pool.submit(self._start_mail)
            stripe = pool.submit(self._start_stripe)
            self._start_identity(identity, identity_url, public_url)
            self._note(mail_url=mail.result(), stripe_url=stripe.result())
            self._start_ministack()
        self._on_step("deploying the template")
        deployed = self._deploy()
        self._on_step("connecting mail events, webhooks and routes")
        self._wire(deployed)
        self._start_edge(edge, deployed)
        self._state["status"] = "up"
        self._write_state()
        return self._state

    def undo(self) -> None:
        """End what was started; the logs stay, since the message names one of them."""
        processes.stop(self._running)
        if self._owns_state:
            shutil.rmtree(self._run_dir / "tmp", ignore_errors=True)
            (self._options.state_dir / "stack.json").unlink(missing_ok=True)

    def _claim_state_dir(self) -> None:
        left = _read_state(self._options.state_dir)
        if left is not None:
            records = [processes.Started(**record) for record in left["pids"]]
            if left["status"] == "up" and all(processes.is_running(record) for record in records):
                raise AlreadyUp(f"already up at {left['public_url']}; end it first: duecourse down")
            LocalStack.stop(self._options.state_dir)
        shutil.rmtree(self._run_dir, ignore_errors=True)
        self._run_dir.mkdir(parents=True)
        self._owns_state = True
        self._state = {
            "version": 1,
            "status": "starting",
            "stack_name": self._options.stack_name,
            "entity": self._options.entity,
            "run_dir": str(self._run_dir),
            "pids": [],
        }
        self._write_state()

    def _begin(self, process: processes.Started) -> processes.Started:
        with self._lock:
            self._running.append(process)
            self._state["pids"] = [asdict(record) for record in self._running]
            self._write_state()
        return process

    def _start_mail(self) -> str | None:
        if not self._options.with_mail:
            return None
        address = self._options.mail_from
        arguments = ["--region", ministack.REGION, "--identity", address.partition("@")[2]]
        return self._start_server("mail", ".venv", [*arguments, "--identity", address])

    def _start_stripe(self) -> str | None:
        return (
            self._start_server("stripe", ".venvs/stripe", []) if self._options.with_stripe else None
        )

    def _start_server(self, name: str, environment: str, arguments: list[str]) -> str:
        """Start one of our servers on a free port; return its address once it answers."""
        root = self._options.project_root
        port = processes.free_port()
        command = [root / environment / "bin" / "python", "-m", f"infra.local.{name}"]
        process = self._begin(
            processes.start(
                name,
                [*command, "--port", str(port), *arguments],
                log_dir=self._run_dir,
                environment={"PYTHONUNBUFFERED": "1"},
                cwd=root,
            )
        )
        address = f"http://127.0.0.1:{port}"
        _wait_for(f"{address}/_config/idle", process)
        return address

    def _start_identity(self, listening: socket.socket, url: str, public_url: str) -> None:
        key_file = self._run_dir / "identity-key.pem"
        Issuer.open(url, AUDIENCE, key_file)
        root = self._options.project_root
        command = [root / ".venv" / "bin" / "python", "-m", "infra.local.identity"]
        command += ["--url", url, "--audience", AUDIENCE, "--key-file", key_file]
        command += ["serve", "--fd", str(listening.fileno()), "--entity", self._options.entity]
        process = self._begin(
            processes.start(
                "identity",
                [*command, "--callback-prefix", f"{public_url}/"],
                log_dir=self._run_dir,
                environment={},
                cwd=root,
                inherited_sockets=[listening.fileno()],
            )
        )
        listening.close()
        _wait_for(f"{url}/.well-known/openid-configuration", process)

    def _start_ministack(self) -> None:
        mail_url = self._state["mail_url"]
        inherited = {"AWS_ENDPOINT_URL_SESV2": mail_url} if mail_url else {}
        process, endpoint = ministack.start(
            interpreter=self._options.project_root / ".venvs" / "cloud" / "bin" / "python",
            project_root=self._options.project_root,
            state_dir=self._run_dir,
            handler_environment={**inherited, **self._options.handler_environment},
            enforce_roles=self._options.enforce_roles,
            workers_per_queue=self._options.limits.workers_per_queue,
        )
        self._begin(process)
        self._note(aws_endpoint=endpoint)

    def _deploy(self) -> deploy.Deployed:
        state, options = self._state, self._options
        identity_url = state["identity_url"]
        stripe_url = state["stripe_url"] or "http://127.0.0.1:9"
        parameters = {
            "Stage": "sandbox",
            "Architecture": "x86_64" if os.uname().machine == "x86_64" else "arm64",
            "MailFrom": options.mail_from,
            "PublicUrl": state["public_url"],
            "StripeApiBase": stripe_url,
            "CheckoutOrigin": stripe_url,
            "TokenIssuer": identity_url,
            "TokenJwksUrl": f"{identity_url}/.well-known/jwks.json",
            "TokenAudience": AUDIENCE,
            "TokenAuthorizeUrl": f"{identity_url}/authorize",
            "TokenExchangeUrl": f"{identity_url}/token",
        }
        return deploy.deploy(
            options.built_template,
            endpoint=state["aws_endpoint"],
            stack_name=options.stack_name,
            parameters=parameters,
            transform_interpreter=options.project_root / ".venvs" / "cloud" / "bin" / "python",
            cache_dir=options.state_dir / "cache",
            limits=options.limits,
            layers_by_reference=options.layers_by_reference,
        )

    def _wire(self, deployed: deploy.Deployed) -> None:
        state = self._state
        resolver = self._resolver(deployed)
        self._note(
            region=ministack.REGION,
            outputs=deployed.outputs,
            physical_ids=deployed.physical_ids,
            left_out=deployed.left_out,
            schedules=_schedules(deployed, resolver),
            webhook_secret=f"whsec_{secrets.token_hex(24)}",
            api_url=f"{state['public_url']}/api/v1",
            console_url=f"{state['public_url']}/console",
            portal_url=f"{state['public_url']}/p/{self._options.entity}",
            mailbox_url=state["mail_url"] and f"{state['mail_url']}/mailbox",
        )
        stack = LocalStack(state)
        self._note(token=stack.token("admin", "*:admin"))
        if self._options.with_mail:
            _connect_mail(state["mail_url"], state["aws_endpoint"], deployed, resolver)
        if self._options.with_stripe:
            stack.register_webhook(self._options.entity)
            _fill_secret(stack, deployed)

    def _resolver(self, deployed: deploy.Deployed) -> intrinsics.Resolver:
        pseudo = {
            "AWS::Region": ministack.REGION,
            "AWS::AccountId": ministack.ACCOUNT,
            "AWS::Partition": "aws",
            "AWS::URLSuffix": "amazonaws.com",
            "AWS::StackName": deployed.stack_name,
        }
        return intrinsics.Resolver(
            deployed.template, deployed.parameters, deployed.physical_ids, pseudo
        )

    def _start_edge(self, listening: socket.socket, deployed: deploy.Deployed) -> None:
        read = plan.read(deployed.template, self._resolver(deployed), deployed.physical_ids)
        plan_file = self._run_dir / "routes.json"
        plan_file.write_text(json.dumps(read.as_json(), indent=1))
        root = self._options.project_root
        command = [root / ".venv" / "bin" / "python", "-m", "infra.local.edge", "--plan", plan_file]
        command += ["--fd", str(listening.fileno()), "--endpoint", self._state["aws_endpoint"]]
        process = self._begin(
            processes.start(
                "edge",
                [*command, "--parallel", str(self._options.parallel_requests)],
                log_dir=self._run_dir,
                environment={"PYTHONUNBUFFERED": "1"},
                cwd=root,
                inherited_sockets=[listening.fileno()],
            )
        )
        listening.close()
        _wait_for(f"{self._state['public_url']}/no-such-route", process)

    def _note(self, **facts: Any) -> None:
        with self._lock:
            self._state.update(facts)

    def _write_state(self) -> None:
        path = self._options.state_dir / "stack.json"
        fresh = path.with_suffix(".new")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as opened:
            json.dump(self._state, opened, indent=1)
        fresh.replace(path)


def _read_state(state_dir: Path) -> dict[str, Any] | None:
    try:
        return json.loads((state_dir / "stack.json").read_text())
    except FileNotFoundError:
        return None


def _listen() -> socket.socket:
    """Return a bound loopback socket for a child to serve on: nobody else can take its port."""
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind(("127.0.0.1", 0))
    return listening


def _address(listening: socket.socket) -> str:
    return f"http://127.0.0.1:{listening.getsockname()[1]}"


def _wait_for(url: str, process: processes.Started) -> None:
    deadline = time.monotonic() + _READY_TIMEOUT_S
    while time.monotonic() < deadline and processes.is_running(process):
        try:
            _HTTP.request("GET", url)
        except urllib3.exceptions.HTTPError:
            time.sleep(0.05)
        else:
            return
    words = processes.last_words(process) or "no message"
    raise processes.StartFailed(f"{process.name} did not start: {words} (log: {process.log})")


def _controls(state: Mapping[str, Any]) -> dict[str, str]:
    found = {"mail": state["mail_url"], "payments": state["stripe_url"]}
    return {name: address for name, address in found.items() if address}


def _connect_mail(
    mail_url: str, endpoint: str, deployed: deploy.Deployed, resolver: intrinsics.Resolver
) -> None:
    """Give the mail server the stack's configuration sets and where their events go."""
    for name, resource in deployed.template["Resources"].items():
        if resource["Type"] == "AWS::SES::ConfigurationSet" and name in deployed.physical_ids:
            _post(f"{mail_url}/_config/configuration-set", {"name": deployed.physical_ids[name]})
    for name, resource in deployed.template["Resources"].items():
        is_destination = resource["Type"] == "AWS::SES::ConfigurationSetEventDestination"
        if is_destination and name in deployed.physical_ids:
            properties = resolver.value(resource["Properties"])
            _post(
                f"{mail_url}/_config/event-destination",
                {
                    "configuration_set": properties["ConfigurationSetName"],
                    "sns_topic_arn": properties["EventDestination"]["SnsDestination"]["TopicARN"],
                    "endpoint_url": endpoint,
                    "region": ministack.REGION,
                },
            )


def _fill_secret(stack: LocalStack, deployed: deploy.Deployed) -> None:
    """Do what an operator does after the first deployment: put the gateway's keys in the secret."""
    name = deployed.outputs.get("StripeSecretArn")
    if name:
        keys = {"api_key": "sk_test_local", "webhook_secrets": [stack.state["webhook_secret"]]}
        stack.client("secretsmanager").put_secret_value(
            SecretId=name, SecretString=json.dumps(keys)
        )


def _schedules(deployed: deploy.Deployed, resolver: intrinsics.Resolver) -> dict[str, Any]:
    found = {}
    for name, resource in deployed.template["Resources"].items():
        if resource["Type"] == "AWS::Scheduler::Schedule" and name in deployed.physical_ids:
            target = resource["Properties"]["Target"]
            logical_id = target["Arn"]["Fn::GetAtt"][0]
            physical_id = resolver.value({"Ref": logical_id})
            is_queue = deployed.template["Resources"][logical_id]["Type"] == "AWS::SQS::Queue"
            arn = f"arn:aws:sqs:::{physical_id.rpartition('/')[2]}" if is_queue else physical_id
            found[name] = {"arn": arn, "input": target.get("Input", "{}")}
    return found


def _post(url: str, body: Mapping[str, Any]) -> dict[str, Any]:
    answer = _HTTP.request("POST", url, json=dict(body))
    if answer.status >= 300:
        raise processes.StartFailed(f"{url} answered {answer.status}: {answer.data[:200]!r}")
    return answer.json()
