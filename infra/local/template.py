"""Read a SAM template from disk, and run SAM's own transform on it."""

import hashlib
import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.constructor import SafeConstructor
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from infra.local import processes

_TRANSFORM_TIMEOUT_S = 60


def load(path: Path) -> dict[str, Any]:
    """Return the template with every short form (`!Sub x`) written out (`{"Fn::Sub": "x"}`)."""
    reader = YAML(typ="safe", pure=True)
    reader.Constructor = _TemplateConstructor
    return reader.load(path)


def transformed(
    template: Mapping[str, Any],
    parameters: Mapping[str, str],
    *,
    region: str,
    interpreter: Path,
    cache_dir: Path,
) -> dict[str, Any]:
    """Return the CloudFormation that SAM makes of this template; kept in `cache_dir` by content.

    Raises StartFailed with SAM's own message when SAM refuses the template.
    """
    script = Path(__file__).with_name("transform_main.py")
    request = json.dumps(
        {"template": template, "parameters": dict(parameters), "region": region}, sort_keys=True
    )
    kept = cache_dir / f"transformed-{hashlib.sha256(request.encode()).hexdigest()[:16]}.json"
    if not kept.exists():
        ran = subprocess.run(
            [str(interpreter), "-P", str(script)],
            input=request,
            capture_output=True,
            text=True,
            timeout=_TRANSFORM_TIMEOUT_S,
            env=processes.clean_environment({}),
            check=False,
        )
        if ran.returncode != 0:
            reason = ran.stderr.strip().splitlines()[-1:] or ["no message"]
            raise processes.StartFailed(f"SAM refuses the template: {reason[0]}")
        cache_dir.mkdir(parents=True, exist_ok=True)
        kept.write_text(ran.stdout)
    return json.loads(kept.read_text())


class _TemplateConstructor(SafeConstructor):
    """Knows CloudFormation's tags."""


def _write_out(constructor: SafeConstructor, suffix: str, node: Node) -> dict[str, Any]:
    if isinstance(node, ScalarNode):
        value: Any = constructor.construct_scalar(node)
        if suffix == "GetAtt":
            value = value.split(".", 1)
    elif isinstance(node, SequenceNode):
        value = constructor.construct_sequence(node, deep=True)
    else:
        assert isinstance(node, MappingNode)  # noqa: S101 - the three kinds of YAML node
        value = constructor.construct_mapping(node, deep=True)
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


_TemplateConstructor.add_multi_constructor("!", _write_out)
# a template's dates ("2012-10-17") are text, as in CloudFormation
_TemplateConstructor.add_constructor(
    "tag:yaml.org,2002:timestamp", SafeConstructor.construct_yaml_str
)
