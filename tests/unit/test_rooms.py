"""The walls between the rooms: each module imports only what its room may, and none in a circle."""

import ast
import graphlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from shared import runtime

ROOT = Path(__file__).resolve().parents[2]
STDLIB = sys.stdlib_module_names


@dataclass(frozen=True)
class Room:
    """What the modules of a folder may import beside the standard library."""

    modules: tuple[str, ...]
    refused: tuple[str, ...] = ()


# things that make an answer depend on more than the arguments
WORLD = ("os", "time", "random", "secrets", "uuid", "socket", "subprocess", "urllib", "http")

# the longest matching path decides
ROOMS = {
    "functions": Room(("functions", "shared", "aws_lambda_powertools", "pydantic")),
    # of ids the domain takes the derived ones only: the same arguments, the same id
    "shared/domain": Room(
        ("shared.domain", "shared.errors", "shared.ids.derived_id", "pydantic"), refused=WORLD
    ),
    "shared/usecases": Room(
        ("shared.domain", "shared.usecases", "shared.errors", "shared.ids"), refused=WORLD
    ),
    "shared/adapters": Room(
        (
            "shared.domain",
            "shared.usecases",
            "shared.adapters",
            "shared.errors",
            "shared.ids",
            "boto3",
            "botocore",
            "mypy_boto3",
            "pydantic",
        )
    ),
    "shared/runtime": Room(("shared", "boto3", "botocore", "mypy_boto3")),
    "shared/ids.py": Room(("shared.errors", "ulid")),
    "shared/errors.py": Room(()),
    "shared/__init__.py": Room(()),
}

# a product that few files may name
PRODUCTS = {
    "stripe": {"shared/adapters/stripe_gateway.py"},
    "xero_python": {"shared/adapters/xero_session.py", "shared/adapters/xero_entries.py"},
    # botocore brings it, and the gateway's package is told to use nothing else
    "urllib3": {
        "shared/adapters/stripe_gateway.py",
        "shared/adapters/pingen.py",
        "shared/adapters/erp_http.py",
    },
    "typst": {"shared/adapters/typst_pdf.py"},
    "jwt": {"shared/adapters/tokens.py"},
    "cryptography": {"shared/adapters/tokens.py"},
    "ruamel": {"shared/adapters/policy_yaml.py"},
    "holidays": {"shared/adapters/holiday_calendar.py"},
    "jinja2": {"shared/adapters/templates.py"},
    "markupsafe": {"shared/adapters/templates.py"},
    "babel": {"shared/adapters/formats.py", "shared/adapters/words.py"},
}

# only these may look at a clock or at the environment: everybody else is told
READS_THE_CLOCK = {"shared/runtime/environment.py"}
READS_THE_ENVIRONMENT = {"shared/runtime/environment.py"}

SOURCES = sorted(
    path.relative_to(ROOT).as_posix()
    for room in ("functions", "shared")
    for path in (ROOT / room).rglob("*.py")
)


def imports(tree: ast.AST) -> Iterator[str]:
    """Yield the dotted name of everything imported anywhere in tree, also inside functions."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            if node.level:
                yield "." * node.level
            else:
                yield from (f"{node.module}.{alias.name}" for alias in node.names)


def room_of(path: str) -> Room:
    fits = [name for name in ROOMS if path == name or path.startswith(f"{name}/")]
    if not fits:
        raise AssertionError(f"{path} is in no room")
    return ROOMS[max(fits, key=len)]


def is_in(name: str, module: str) -> bool:
    return name == module or name.startswith((f"{module}.", f"{module}_"))


def may_share(path: str, part: str) -> bool:
    """Functions share files that lie beside them, and the edge; never another function's folder."""
    beside = (ROOT / "functions" / f"{part}.py").exists()
    return beside or part in ("edge", path.split("/")[1])


def broken_walls(path: str, source: str) -> list[str]:
    """Return the imports of this source that its place does not allow."""
    room = room_of(path)
    broken = []
    for name in imports(ast.parse(source)):
        top = name.split(".")[0]
        if top in PRODUCTS:
            allowed = path in PRODUCTS[top]
        elif top in STDLIB:
            allowed = top not in room.refused
        else:
            allowed = any(is_in(name, module) for module in room.modules)
        if path.startswith("functions/") and top == "functions":
            allowed = may_share(path, name.split(".")[1])
        if not allowed:
            broken.append(name)
    return broken


def looks_around(source: str) -> set[str]:
    """Return what this source asks of the world by itself: "clock", "environment"."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Attribute):
            continue
        owner = node.value.attr if isinstance(node.value, ast.Attribute) else None
        owner = node.value.id if isinstance(node.value, ast.Name) else owner
        if (owner, node.attr) in {
            ("datetime", "now"),
            ("datetime", "utcnow"),
            ("datetime", "today"),
            ("date", "today"),
            ("time", "time"),
            ("time", "time_ns"),
        }:
            found.add("clock")
        if (owner, node.attr) in {("os", "environ"), ("os", "getenv")}:
            found.add("environment")
    return found


@pytest.mark.parametrize("path", SOURCES)
def test_each_module_imports_only_what_its_room_may(path):
    assert broken_walls(path, (ROOT / path).read_text()) == []


@pytest.mark.parametrize("path", SOURCES)
def test_only_the_runtime_looks_at_the_clock_or_the_environment(path):
    found = looks_around((ROOT / path).read_text())
    assert "clock" not in found or path in READS_THE_CLOCK
    assert "environment" not in found or path in READS_THE_ENVIRONMENT


def test_the_runtime_offers_all_that_its_parts_make():
    parts = [path for path in SOURCES if path.startswith("shared/runtime/")]
    made = {
        node.name
        for path in parts
        for node in ast.parse((ROOT / path).read_text()).body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
    }
    assert made and {name for name in made if not hasattr(runtime, name)} == set()


def runs_at_import(tree: ast.Module) -> Iterator[ast.stmt]:
    """Yield the statements that run when a module is imported; type-only imports do not."""
    waiting = list(tree.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            waiting += node.orelse
        elif isinstance(node, ast.If | ast.Try | ast.With):
            waiting += [
                child for child in ast.iter_child_nodes(node) if isinstance(child, ast.stmt)
            ]
        else:
            yield node


def import_graph(sources: dict[str, str]) -> dict[str, set[str]]:
    """Return, for each module of ours, the modules of ours that it imports when imported.

    A module's own package is left out: Python imports that first in any case, and the module may
    ask it for the other parts when it is called.
    """
    names = {
        path: path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        for path in sources
    }
    known = set(names.values())
    graph: dict[str, set[str]] = {}
    for path, source in sources.items():
        wanted = {
            name
            for node in runs_at_import(ast.parse(source))
            if isinstance(node, ast.Import | ast.ImportFrom)
            for name in imports(node)
        }
        ours = {name if name in known else name.rpartition(".")[0] for name in wanted} & known
        graph[names[path]] = ours - {names[path], names[path].rpartition(".")[0]}
    return graph


def test_no_import_goes_in_a_circle():
    graph = import_graph({path: (ROOT / path).read_text() for path in SOURCES})
    assert sum(map(len, graph.values())) > 20
    tuple(graphlib.TopologicalSorter(graph).static_order())


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("shared/domain/x.py", "import boto3"),
        ("shared/domain/x.py", "from shared.adapters import keys"),
        ("shared/domain/x.py", "import time"),
        ("shared/domain/x.py", "from . import money"),
        ("shared/usecases/x.py", "def f():\n    import stripe"),
        ("shared/usecases/x.py", "from shared import adapters"),
        ("shared/adapters/x.py", "import stripe"),
        ("shared/adapters/x.py", "from functions.portal import handler"),
        ("shared/adapters/x.py", "from infra.local import deploy"),
        ("functions/portal/handler.py", "import botocore.exceptions"),
        ("functions/portal/handler.py", "from functions.janitor import handler"),
    ],
)
def test_a_broken_wall_is_seen(path, line):
    assert broken_walls(path, line)


def test_a_circle_is_seen():
    graph = import_graph({"shared/a.py": "import shared.b", "shared/b.py": "from shared import a"})
    with pytest.raises(graphlib.CycleError):
        tuple(graphlib.TopologicalSorter(graph).static_order())


def test_a_look_at_the_clock_is_seen():
    assert looks_around("import datetime\nx = datetime.datetime.now()") == {"clock"}
    assert looks_around("import os\nx = os.environ['STAGE']") == {"environment"}
