"""Start the emulated AWS (ministack) as a process of its own, on loopback, with no secrets."""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from infra.local import processes

REGION = "eu-west-1"
ACCOUNT = "000000000000"
ADMIN_KEYS = {"aws_access_key_id": ACCOUNT, "aws_secret_access_key": "local"}
_START_ATTEMPTS_MAX = 3
_START_TIMEOUT_S = 30.0


def start(
    *,
    interpreter: Path,
    project_root: Path,
    state_dir: Path,
    handler_environment: Mapping[str, str],
    enforce_roles: bool = True,
    workers_per_queue: int = 2,
) -> tuple[processes.Started, str]:
    """Return the running ministack and its endpoint URL.

    `handler_environment` is what every function inherits beside its own variables, such as
    `AWS_ENDPOINT_URL_SESV2`. With `enforce_roles` a call outside a function's role is denied.
    A port taken meanwhile is answered by another one, three times; then StartFailed names the log.
    """
    temporary = state_dir / "tmp"
    temporary.mkdir(parents=True, exist_ok=True)
    for attempt in range(1, _START_ATTEMPTS_MAX + 1):
        port = processes.free_port()
        process = processes.start(
            "ministack",
            [interpreter, project_root / "infra" / "local" / "emulator"],
            log_dir=state_dir,
            cwd=state_dir,
            environment={
                **handler_environment,
                "GATEWAY_PORT": str(port),
                "BIND_HOST": "127.0.0.1",
                "MINISTACK_HOST": "127.0.0.1",
                "MINISTACK_REGION": REGION,
                "MINISTACK_ACCOUNT_ID": ACCOUNT,
                "IOT_MTLS_ENABLED": "0",
                "SFTP_ENABLED": "0",
                "AUTH": "true" if enforce_roles else "false",
                "LAMBDA_WARM_TTL_SECONDS": "3600",
                "LAMBDA_EXECUTOR": "local",
                "LOCAL_WORKERS_PER_QUEUE": str(workers_per_queue),
                "LOG_LEVEL": "WARNING",
                "TMPDIR": str(temporary),
            },
        )
        endpoint = f"http://127.0.0.1:{port}"
        try:
            if _answers(endpoint, process):
                return process, endpoint
        except BaseException:
            processes.stop([process])
            raise
        processes.stop([process])
        if attempt == _START_ATTEMPTS_MAX:
            raise processes.StartFailed(
                f"ministack did not start: {processes.last_words(process)} (log: {process.log})"
            )
    raise AssertionError("unreachable")


def state(endpoint: str) -> dict:
    """Return what is queued, unread on streams and running, in one look."""
    with urllib.request.urlopen(f"{endpoint}/_local/state", timeout=10) as answer:
        return json.load(answer)


def _answers(endpoint: str, process: processes.Started) -> bool:
    deadline = time.monotonic() + _START_TIMEOUT_S
    while time.monotonic() < deadline and processes.is_running(process):
        try:
            state(endpoint)
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
        else:
            return True
    return False
