"""policy: look at policy files without a hub."""

import json
from pathlib import Path
from typing import Annotated

import typer

from infra.cli.errors import CliError, Exit
from infra.cli.output import count, talk

app = typer.Typer(help="Policy files, without a hub.", no_args_is_help=True)


@app.command("check")
def check(
    files: Annotated[list[Path], typer.Argument(help="Policy files in YAML.")],
) -> None:
    """Name everything that is wrong with policy files: file, line, column and reason.

    Ends with 1 where a file cannot be used.

    Example: duecourse policy check standard.yaml
    """
    from shared.adapters.policy_yaml import PolicyInvalid, read_policy

    bad = False
    for file in files:
        try:
            policy = read_policy(file.read_text(encoding="utf-8"))
        except OSError as exc:
            raise CliError(f"{file} cannot be read: {exc.strerror}", Exit.USAGE) from exc
        except UnicodeDecodeError:
            bad = True
            typer.echo(f"{file}:1:1: this is not UTF-8 text")
        except PolicyInvalid as exc:
            bad = True
            for problem in exc.problems:
                typer.echo(f"{file}:{problem}")
        else:
            talk().print(
                f"{file}: {policy.name}, {count(len(policy.stages), 'stage')}", markup=False
            )
    if bad:
        raise typer.Exit(int(Exit.REFUSED))


@app.command("schema")
def schema() -> None:
    """Print the JSON Schema by which an editor helps to write policy files.

    Example: duecourse policy schema > policy.schema.json
    """
    from shared.adapters.policy_schema import policy_schema

    typer.echo(json.dumps(policy_schema(), indent=2, sort_keys=True))
