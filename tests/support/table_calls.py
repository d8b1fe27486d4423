"""What each function may do to the table and the queues, read from its code, for its grants.

From the handler's folder every name that is called or handed on is followed into the functions of
that name in the modules that the handler can reach, and so on. Names are not types: two methods of
one name are both followed. So what is found may be more than what happens, and is never less.
"""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.build.reach import late_imports, runtime_parts, source_files

_WRITES = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "Check": "ConditionCheckItem",
}
_CALLS = {
    "get": "GetItem",
    "get_many": "BatchGetItem",
    "query": "Query",
    "insert_many": "PartiQLInsert",
}
_SENDS = {"send", "send_many"}
_NOT_FOLLOWED = {"shared.adapters.table"}


def table_calls(root: Path, handler: str) -> dict[str, set[str]]:
    """Return the places (module:function) of each action that the handler may come to.

    An action is DynamoDB's name for it; that of an index is followed by its name: Query/due.
    """
    found: dict[str, set[str]] = {}
    for where, function in _followed(root, handler):
        for action in _actions(function):
            found.setdefault(action, set()).add(f"{where}:{function.name}")
    return found


def queue_sends(root: Path, handler: str) -> dict[str, set[str]]:
    """Return the places (module:function) that name each queue to which the handler may send.

    A queue is named where something is sent, or where the message for it is made (an Errand); who
    makes messages and sends none sends to no queue.
    """
    found: dict[str, set[str]] = {}
    sending = False
    for where, function in _followed(root, handler):
        for call in _sends(function):
            sending = sending or isinstance(call.func, ast.Attribute)
            for queue in _named(_tree(root, where), function, call.args[0]):
                found.setdefault(queue, set()).add(f"{where}:{function.name}")
    return found if sending else {}


def _followed(root: Path, handler: str) -> Iterator[tuple[str, ast.FunctionDef]]:
    """Yield each function, with its module, that the handler may come to."""
    module = handler.rpartition(".")[0]
    own = source_files(root, module)
    reached = _reached(root, late_imports(root, module) | {_module(root, path) for path in own})
    by_name: dict[str, list[tuple[str, ast.FunctionDef]]] = {}
    for name in reached | {_module(root, part) for part in runtime_parts(root)}:
        for function in _functions(_tree(root, name)):
            by_name.setdefault(function.name, []).append((name, function))
    waiting = [name for path in own for name in _names(ast.parse(path.read_text()))]
    waiting += [f.name for path in own for f in _functions(ast.parse(path.read_text()))]
    seen: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        for where, function in by_name.get(name, ()):
            waiting += _names(function)
            yield where, function


def _reached(root: Path, modules: set[str]) -> set[str]:
    """Return modules and all that they import, but for the runtime and the table itself."""
    seen: set[str] = set()
    waiting = list(modules)
    while waiting:
        name = waiting.pop()
        known = name in seen or name.startswith("shared.runtime") or name in _NOT_FOLLOWED
        if known or not _path(root, name).exists():
            continue
        seen.add(name)
        for node in ast.walk(_tree(root, name)):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(
                ("shared", "functions")
            ):
                waiting.append(str(node.module))
                waiting += [f"{node.module}.{alias.name}" for alias in node.names]
    return seen


def _actions(function: ast.FunctionDef) -> Iterator[str]:
    for node in ast.walk(function):
        if not isinstance(node, ast.Call):
            continue
        called = node.func
        if isinstance(called, ast.Name) and called.id in _WRITES:
            yield _WRITES[called.id]
        elif (
            isinstance(called, ast.Attribute) and called.attr in _CALLS and _is_table(called.value)
        ):
            index = [k.value for k in node.keywords if k.arg == "index"]
            named = isinstance(index[0], ast.Constant) if index else False
            yield _CALLS[called.attr] + (f"/{index[0].value}" if named else "")


def _sends(function: ast.FunctionDef) -> Iterator[ast.Call]:
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and node.args:
            called = node.func
            sends = isinstance(called, ast.Attribute) and called.attr in _SENDS
            if sends or (isinstance(called, ast.Name) and called.id == "Errand"):
                yield node


def _named(module: ast.Module, function: ast.FunctionDef, queue: ast.expr) -> Iterator[str]:
    """Yield the texts that a queue may stand for: its own, or by way of names and tables."""
    yield from _texts(queue)
    names = set(_names(queue))
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and names & {n for t in node.targets for n in _names(t)}:
            yield from _texts(node.value)
            used = set(_names(node.value))
            for table in module.body:
                if isinstance(table, ast.AnnAssign) and used & set(_names(table.target)):
                    yield from _texts(table)


def _texts(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def _is_table(node: ast.expr) -> bool:
    match node:
        case ast.Attribute(attr="_table") | ast.Name(id="table"):
            return True
        case ast.Call(func=ast.Attribute(attr="table")):
            return True
    return False


def _functions(tree: ast.Module) -> Iterator[ast.FunctionDef]:
    yield from (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def _names(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.Name):
            yield node.id


@cache
def _tree(root: Path, module: str) -> ast.Module:
    return ast.parse(_path(root, module).read_text())


def _path(root: Path, module: str) -> Path:
    return root / f"{module.replace('.', '/')}.py"


def _module(root: Path, path: Path) -> str:
    return path.relative_to(root).with_suffix("").as_posix().replace("/", ".")
