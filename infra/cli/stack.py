"""up and down: the local cloud on this machine."""

import os
import signal
import time
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any

import typer

from infra.cli.api import STANDARD_DIR, STATE_DIR, Api, state_dir
from infra.cli.errors import CliError, Exit
from infra.cli.output import AsJson, as_typed, data, show_json, talk

if TYPE_CHECKING:
    from infra.local.stack import LocalStack, Options

_LOOK_EVERY_S = 1.0
SHOWN = ("console_url", "api_url", "mailbox_url", "stripe_url", "public_url")
StateDir = Annotated[
    Path | None,
    typer.Option("--state-dir", help=f"Where the local cloud keeps its state ({STATE_DIR})."),
]


def up(
    detach: Annotated[bool, typer.Option("--detach", "-d", help="Return and leave it up.")] = False,
    folder: StateDir = None,
    as_json: AsJson = False,
) -> None:
    """Start the local cloud: the real template, mail, payments and sign-in, on loopback.

    Example: duecourse up --detach && duecourse entity list
    """
    end_on_signals()
    keep_state_in(folder)
    stack = start(options())
    if not detach:
        watch(stack, as_json)
        return
    show(stack, as_json)
    say_how_to_end()


def down(folder: StateDir = None, as_json: AsJson = False) -> None:
    """End the local cloud that was started here, and nothing else."""
    from infra.local.stack import LocalStack

    keep_state_in(folder)
    ended = LocalStack.stop(state_dir())
    if as_json:
        show_json({"ended": ended})
        return
    talk().print("Ended." if ended else "Nothing was up.")


def keep_state_in(folder: Path | None) -> None:
    """Let the local cloud of this command be the one of folder, where one is named."""
    if folder is not None:
        os.environ[STATE_DIR] = str(folder.resolve())


def say_how_to_end() -> None:
    """Say that the local cloud stays up, and the command that ends this one."""
    here = state_dir()
    where = "" if here == Path(STANDARD_DIR).resolve() else f" --state-dir {here}"
    ending = as_typed(f"down{where}")
    talk().print(f"It stays up. End it with: {ending}", markup=False, soft_wrap=True)


def options() -> "Options":
    """Return the local cloud of this project, in the state folder that the environment names."""
    from infra.local.stack import Options

    return replace(Options.of_project(Path.cwd()), state_dir=state_dir())


def start(of: "Options", quiet: bool = False) -> "LocalStack":
    """Return the local cloud, started. Raises CliError."""
    from infra.local.processes import StartFailed
    from infra.local.stack import LocalStack

    console = talk()

    def step(words: str) -> None:
        if not quiet:
            console.print(words, style="dim", markup=False)

    try:
        return LocalStack.start(of, on_step=step)
    except StartFailed as error:
        raise CliError(str(error), Exit.NO_STACK) from None


def show(stack: "LocalStack", as_json: bool) -> None:
    """Print where everything is; a portal for each legal entity that there is."""
    found = {name: stack.state[name] for name in SHOWN if stack.state.get(name)}
    entities = Api(stack.state["api_url"], stack.state["token"]).get("/entities")["items"]
    portals = {e["entity_id"]: f"{stack.public_url}/p/{e['entity_id']}" for e in entities}
    if as_json:
        show_json(found | {"portal_urls": portals})
        return
    for name, url in found.items():
        data().print(f"{name.removesuffix('_url'):>8}  {url}", markup=False)
    for url in portals.values():
        data().print(f"{'portal':>8}  {url}", markup=False)


def watch(stack: "LocalStack", as_json: bool) -> None:
    """Say where everything is and wait for an interrupt, then end every process.

    Raises CliError where one died. Call end_on_signals() before anything is started.
    """
    try:
        show(stack, as_json)
        talk().print("Press Ctrl-C to end it.")
        while True:
            time.sleep(_LOOK_EVERY_S)
            dead = stack.dead()
            if dead:
                raise CliError(f"{', '.join(dead)} ended by itself.", Exit.NO_STACK)
    except KeyboardInterrupt:
        talk().print("Ending.")
    finally:
        stack.stop(state_dir())


def end_on_signals() -> None:
    """Make an interrupt or a polite end from outside raise KeyboardInterrupt here."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)


def _interrupt(_: int, __: FrameType | None) -> Any:
    raise KeyboardInterrupt
