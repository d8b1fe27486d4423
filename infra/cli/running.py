"""runs: the sweeps that ran, how far each has come, and one that stands still goes on."""

from typing import Annotated, Any

import typer

from infra.cli.api import Api, segment
from infra.cli.output import AsJson, EntityName, count, show_json, show_table, talk

app = typer.Typer(help="Sweeps that ran: how far each has come, and what it did.")

RunId = Annotated[str, typer.Argument(help="The run's id, as duecourse runs lists it.")]
_COUNTS = ("customers", "claimed", "held", "capped", "lost")


@app.callback(invoke_without_command=True)
def runs(
    ctx: typer.Context,
    limit: Annotated[int, typer.Option(min=1, max=100, help="How many, newest first.")] = 20,
    entity: EntityName = None,
    as_json: AsJson = False,
) -> None:
    """List the newest sweeps, newest first.

    Examples: duecourse runs, duecourse runs show 01J8ZQ, duecourse runs resume 01J8ZQ
    """
    if ctx.invoked_subcommand is not None:
        return
    api = Api.found()
    found = api.get(f"/entities/{segment(api.entity(entity))}/sweeps", limit=str(limit))["items"]
    if as_json:
        show_json(found)
        return
    columns = ("run", "state", "started", "finished", ">missing", *(f">{n}" for n in _COUNTS))
    show_table("", columns, [_row(run) for run in found])


@app.command("show")
def show(run_id: RunId, entity: EntityName = None, as_json: AsJson = False) -> None:
    """Show one sweep with its batches.

    Example: duecourse runs show 01J8ZQ
    """
    api = Api.found()
    run = api.get(f"/entities/{segment(api.entity(entity))}/sweeps/{segment(run_id)}")
    if as_json:
        show_json(run)
        return
    columns = ("run", "state", "started", "finished", ">missing", *(f">{n}" for n in _COUNTS))
    show_table("", columns, [_row(run)])
    batches = [
        (
            str(batch["number"]),
            _moment(batch["done_at"]) or "nobody reported it",
            str(len(batch["customers"])),
            str(batch["claimed"]),
            str(batch["waiting"]),
        )
        for batch in run["batch_list"]
    ]
    if batches:
        names = (">batch", "done", ">customers", ">claimed", ">not taken up then")
        show_table("", names, batches)


@app.command("resume")
def resume(run_id: RunId, entity: EntityName = None, as_json: AsJson = False) -> None:
    """Hand the batches that nobody reported to the workers once more. Safe to repeat.

    Example: duecourse runs resume 01J8ZQ
    """
    api = Api.found()
    path = f"/entities/{segment(api.entity(entity))}/sweeps/{segment(run_id)}/resume"
    done = api.post(path)
    if as_json:
        show_json(done)
        return
    talk().print(f"{count(done['queued'], 'batch', 'batches')} queued.")


def _row(run: Any) -> tuple[str, ...]:
    return (
        run["run_id"],
        run["state"],
        _moment(run["planned_at"]),
        _moment(run["finished_at"]),
        str(run["unreported"]),
        *(str(run[name]) for name in _COUNTS),
    )


def _moment(told: str | None) -> str:
    return told[:16].replace("T", " ") if told else ""
