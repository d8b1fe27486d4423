"""Start everything in order, wire it together, and undo it all when one part fails."""

import json
import os
import secrets
import shutil
import socket
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from urllib3.exceptions import HTTPError

from infra.local import deploy, intrinsics, ministack, processes, records, wiring
from infra.local.edge import plan
from infra.local.identity import Issuer
from infra.local.options import Options

_PORTS_TRIED_MAX = 3
_REASON_LENGTH_MAX = 400
_SMS_ORIGINATION = (
    f"arn:aws:sms-voice:{ministack.REGION}:{ministack.ACCOUNT}:phone-number/phone-local"
)


class AlreadyUp(processes.StartFailed):
    """A local cloud with this state folder runs already."""


class Startup:
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
        """Return the state of the running cloud. Raises AlreadyUp, or StartFailed in one line."""
        try:
            return self._run()
        except (BotoCoreError, ClientError, HTTPError, OSError, ValueError) as error:
            reason = " ".join(str(error).split())[-_REASON_LENGTH_MAX:]
            raise processes.StartFailed(f"{reason} (logs: {self._run_dir})") from error

    def _run(self) -> dict[str, Any]:
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
            sms = pool.submit(self._start_sms)
            stripe = pool.submit(self._start_stripe)
            login_port = processes.free_port()
            self._note(login_port=login_port)
            places = (f"{public_url}/", f"http://localhost:{login_port}/")
            self._start_identity(identity, identity_url, places)
            self._note(mail_url=mail.result(), sms_url=sms.result(), stripe_url=stripe.result())
            self._start_ministack()
        self._on_step("deploying the template")
        deployed = self._deploy()
        self._on_step("connecting mail events, webhooks and routes")
        self._wire(deployed)
        self._start_edge(edge, deployed)
        self._state["status"] = "up"
        records.write(self._options.state_dir, self._state)
        return self._state

    def undo(self) -> None:
        """End what was started; the logs stay, since the message names one of them."""
        processes.stop(self._running)
        if self._owns_state:
            shutil.rmtree(self._run_dir / "tmp", ignore_errors=True)
            (self._run_dir / "identity-key.pem").unlink(missing_ok=True)
            records.forget(self._options.state_dir)

    def _claim_state_dir(self) -> None:
        left = records.read(self._options.state_dir)
        if left is not None:
            running = [processes.is_running(process) for process in records.processes_of(left)]
            if left["status"] == "up" and all(running):
                raise AlreadyUp(f"already up at {left['public_url']}; end it first: duecourse down")
            records.tear_down(self._options.state_dir)
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
        records.write(self._options.state_dir, self._state)

    def _begin(self, process: processes.Started) -> processes.Started:
        with self._lock:
            self._running.append(process)
            self._state["pids"] = [asdict(started) for started in self._running]
            records.write(self._options.state_dir, self._state)
        return process

    def _start_mail(self) -> str | None:
        if not self._options.with_mail:
            return None
        address = self._options.mail_from
        arguments = ["--region", ministack.REGION, "--identity", address.partition("@")[2]]
        return self._start_server("mail", ".venv", [*arguments, "--identity", address])

    def _start_sms(self) -> str | None:
        return self._start_server("sms", ".venv", []) if self._options.with_mail else None

    def _start_stripe(self) -> str | None:
        return (
            self._start_server("stripe", ".venvs/stripe", []) if self._options.with_stripe else None
        )

    def _start_server(self, name: str, environment: str, arguments: list[str]) -> str:
        """Start one of our servers on a free port; return its address once it answers."""
        root = self._options.project_root
        command = [root / environment / "bin" / "python", "-m", f"infra.local.{name}"]
        for attempt in range(1, _PORTS_TRIED_MAX + 1):
            port = processes.free_port()
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
            try:
                wiring.wait_for(f"{address}/_config/idle", process)
            except processes.StartFailed as error:
                if "in use" not in str(error) or attempt == _PORTS_TRIED_MAX:
                    raise
            else:
                return address
        raise AssertionError("unreachable")

    def _start_identity(self, listening: socket.socket, url: str, places: Sequence[str]) -> None:
        key_file = self._run_dir / "identity-key.pem"
        Issuer.open(url, wiring.AUDIENCE, key_file)
        root = self._options.project_root
        command = [root / ".venv" / "bin" / "python", "-m", "infra.local.identity"]
        command += ["--url", url, "--audience", wiring.AUDIENCE, "--key-file", key_file]
        command += ["serve", "--fd", str(listening.fileno()), "--entity", self._options.entity]
        for place in places:
            command += ["--callback-prefix", place]
        process = self._begin(
            processes.start(
                "identity",
                command,
                log_dir=self._run_dir,
                environment={},
                cwd=root,
                inherited_sockets=[listening.fileno()],
            )
        )
        listening.close()
        wiring.wait_for(f"{url}/.well-known/openid-configuration", process)

    def _start_ministack(self) -> None:
        places = {
            "AWS_ENDPOINT_URL_SESV2": self._state["mail_url"],
            "AWS_ENDPOINT_URL_PINPOINT_SMS_VOICE_V2": self._state["sms_url"],
        }
        inherited = {name: place for name, place in places.items() if place}
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
        leave = f"{identity_url}/logout?client_id={wiring.AUDIENCE}&logout_uri="
        parameters = {
            "Stage": "sandbox",
            "Architecture": "x86_64" if os.uname().machine == "x86_64" else "arm64",
            "MailFrom": options.mail_from,
            "SmsOrigination": _SMS_ORIGINATION if state["sms_url"] else "",
            "ReplyMailbox": options.reply_mailbox if options.with_mail else "",
            "PublicUrl": state["public_url"],
            "StripeApiBase": stripe_url,
            "CheckoutOrigin": stripe_url,
            "TokenIssuer": identity_url,
            "TokenJwksUrl": f"{identity_url}/.well-known/jwks.json",
            "TokenAudience": wiring.AUDIENCE,
            "TokenAuthorizeUrl": f"{identity_url}/authorize",
            "TokenExchangeUrl": f"{identity_url}/token",
            "TokenLogoutUrl": leave + "{back}",
            "LoginPort": str(state["login_port"]),
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
            schedules=wiring.schedules(deployed, resolver),
            webhook_secret=f"whsec_{secrets.token_hex(24)}",
            api_url=f"{state['public_url']}/api/v1",
            console_url=f"{state['public_url']}/console",
            mailbox_url=state["mail_url"] and f"{state['mail_url']}/mailbox",
        )
        self._note(token=wiring.token(state, "admin", ("*:admin",)))
        if self._options.with_mail:
            wiring.connect_mail(state["mail_url"], state["aws_endpoint"], deployed, resolver)
            topic = deployed.outputs.get("MailEventsTopicArn")
            if topic:
                endpoint, name = state["aws_endpoint"], self._options.stack_name
                wiring.connect_sms(state["sms_url"], endpoint, name, topic)
            wiring.connect_inbound(
                state["mail_url"],
                state["aws_endpoint"],
                deployed.outputs,
                self._options.reply_mailbox,
            )
        if self._options.with_stripe:
            wiring.register_webhook(state, self._options.entity)
            wiring.fill_secret(state)

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
        wiring.wait_for(f"{self._state['public_url']}/no-such-route", process, status=404)

    def _note(self, **facts: Any) -> None:
        with self._lock:
            self._state.update(facts)


def _listen() -> socket.socket:
    """Return a bound loopback socket for a child to serve on: nobody else can take its port."""
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind(("127.0.0.1", 0))
    return listening


def _address(listening: socket.socket) -> str:
    return f"http://127.0.0.1:{listening.getsockname()[1]}"
