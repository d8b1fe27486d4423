"""tasks: what waits for a person, and noting that one is done."""

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from infra.cli.api import Api, segment
from infra.cli.lists import Most, show_list
from infra.cli.output import AsJson, EntityName, show_json, talk

app = typer.Typer(help="What waits for a person, the one due first first.")


@app.callback(invoke_without_command=True)
def tasks(
    ctx: typer.Context, entity: EntityName = None, limit: Most = 100, as_json: AsJson = False
) -> None:
    """List open tasks, the one due first first.

    Examples: duecourse tasks, duecourse tasks done 01J8ZQ --note "answered by phone"
    """
    if ctx.invoked_subcommand is not None:
        return
    columns = ("task", "due", "kind", "what", "id", "customer", ">notice")

    def row(t: Any) -> Sequence[str]:
        kind, notice = t["kind"].replace("_", " "), str(t["notice"] or "")
        asked = t["kind"] == "question" and t["detail"]
        what = f"{t['title']}\n{t['detail']}" if asked else t["title"]
        return (t["task_id"], t["due_on"], kind, what, t["external_id"], t["customer"], notice)

    show_list("tasks", entity, limit, as_json, columns, row)


@app.command("done")
def done(
    task: Annotated[str, typer.Argument(help="The task's id, as duecourse tasks lists it.")],
    note: Annotated[str, typer.Option(help="What came of it, for people.")] = "",
    entity: EntityName = None,
    as_json: AsJson = False,
) -> None:
    """Note that a task is done: it is on the list no more.

    Example: duecourse tasks done 01J8ZQ --note "answered by phone"
    """
    api = Api.found()
    path = f"/entities/{segment(api.entity(entity))}/tasks/{segment(task)}/done"
    told = api.post(path, {"note": note})
    if as_json:
        show_json(told)
    else:
        talk().print(f"Done: {told['title']}.")
