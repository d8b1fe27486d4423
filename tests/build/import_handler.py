"""Run alone, by a bare interpreter: imports one handler and prints what came with it.

Reads {"module", "folders", "late"} from standard input: the handler's module, the folders that may
be imported from, and what the handler imports later, while it works.
"""

import ast
import importlib
import json
import sys
from collections.abc import Iterator


def packages_named_by(path: str) -> Iterator[str]:
    """Yield the third-party packages that a source imports, also inside its functions."""
    with open(path) as file:  # noqa: PTH123 - pathlib would be an import that the handler lacks
        tree = ast.parse(file.read())
    for node in ast.walk(tree):
        names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        for name in names:
            top = name.split(".")[0]
            if top not in {"shared", "functions"} | sys.stdlib_module_names:
                yield top


asked = json.load(sys.stdin)
sys.path[:0] = asked["folders"]
handler = getattr(importlib.import_module(asked["module"]), "handler", None)
at_start = sorted(sys.modules)
for module in asked["late"]:
    importlib.import_module(module)
ours = [m.__file__ for n, m in sys.modules.items() if n.startswith(("shared.", "functions."))]
for package in sorted({name for path in ours if path for name in packages_named_by(path)}):
    importlib.import_module(package)
# botocore reads the description of a service when a client is made, so make one
importlib.import_module("boto3").client(
    "dynamodb", "eu-west-1", aws_access_key_id="-", aws_secret_access_key="-"
)
origins = {name: getattr(found, "__file__", None) for name, found in sys.modules.items()}
print(json.dumps({"callable": callable(handler), "at_start": at_start, "origins": origins}))
