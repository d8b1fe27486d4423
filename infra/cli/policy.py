"""policy: look at policy files without a hub."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from infra.cli.errors import CliError, Exit
from infra.cli.output import AsJson, count, show_json, talk

if TYPE_CHECKING:
    from shared.adapters.policy_yaml import Problem

app = typer.Typer(help="Policy files, without a hub.", no_args_is_help=True)


@app.command("check")
def check(
    files: Annotated[list[Path], typer.Argument(help="Policy files in YAML.")],
    as_json: AsJson = False,
) -> None:
    """Name everything that is wrong with policy files: file, line, column and reason.

    Ends with 1 where a file cannot be used.

    Example: duecourse policy check standard.yaml
    """
    found = [(file, problem) for file in files for problem in _problems(file)]
    if as_json:
        show_json([_as_data(file, problem) for file, problem in found])
    else:
        for file, problem in found:
            typer.echo(f"{file}:{problem}")
    if found:
        raise typer.Exit(int(Exit.REFUSED))


def _problems(file: Path) -> "Sequence[Problem]":
    """Return what is wrong with a file; of a good one say what it is. Raises CliError."""
    from shared.adapters.policy_yaml import PolicyInvalid, Problem, read_policy

    try:
        policy = read_policy(file.read_text(encoding="utf-8"))
    except OSError as exc:
        raise CliError(f"{file} cannot be read: {exc.strerror}", Exit.USAGE) from exc
    except UnicodeDecodeError:
        return [Problem(1, 1, "", "this is not UTF-8 text", "file_unreadable")]
    except PolicyInvalid as exc:
        return exc.problems
    talk().print(f"{file}: {policy.name}, {count(len(policy.stages), 'stage')}", markup=False)
    return ()


def _as_data(file: Path, problem: "Problem") -> dict[str, Any]:
    return {
        "file": str(file),
        "line": problem.line,
        "column": problem.column,
        "field": problem.field,
        "code": problem.code,
        "reason": problem.message,
    }


@app.command("schema")
def schema() -> None:
    """Print the JSON Schema by which an editor helps to write policy files.

    Example: duecourse policy schema > policy.schema.json
    """
    from shared.adapters.policy_schema import policy_schema

    typer.echo(json.dumps(policy_schema(), indent=2, sort_keys=True))
