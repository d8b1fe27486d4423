"""Work out CloudFormation's functions in a template, for a stack that is already deployed."""

import re
from collections.abc import Mapping
from typing import Any

_PLACEHOLDER = re.compile(r"\$\{([^!][^}]*)\}")


class Resolver:
    """Knows a template's conditions, the parameters it was deployed with and what came out."""

    def __init__(
        self,
        template: Mapping[str, Any],
        parameters: Mapping[str, str],
        physical_ids: Mapping[str, str],
        pseudo: Mapping[str, str],
    ) -> None:
        declared = template.get("Parameters", {})
        defaults = {
            name: str(spec["Default"]) for name, spec in declared.items() if "Default" in spec
        }
        self._conditions = template.get("Conditions", {})
        self._names = {**defaults, **physical_ids, **pseudo, **parameters}

    def value(self, part: Any) -> Any:
        """Return the part with every Ref, Sub, If, Join and GetAtt worked out.

        An attribute that only AWS can know is left as `<logical id>.<attribute>`.
        """
        if isinstance(part, list):
            return [self.value(item) for item in part]
        if not isinstance(part, dict):
            return part
        if len(part) == 1:
            name, argument = next(iter(part.items()))
            if name == "Ref":
                return self._names.get(argument, argument)
            if name == "Fn::GetAtt":
                return ".".join(argument)
            if name == "Fn::Sub":
                return self._substituted(argument)
            if name == "Fn::Join":
                return argument[0].join(str(item) for item in self.value(argument[1]))
            if name == "Fn::If":
                return self.value(argument[1] if self.holds(argument[0]) else argument[2])
        return {name: self.value(item) for name, item in part.items()}

    def holds(self, condition: Any) -> bool:
        """Tell whether a condition, by name or written out, is true for this stack."""
        if isinstance(condition, str):
            return self.holds(self._conditions[condition])
        name, argument = next(iter(condition.items()))
        if name == "Condition":
            return self.holds(argument)
        if name == "Fn::Equals":
            return bool(self.value(argument[0]) == self.value(argument[1]))
        if name == "Fn::Not":
            return not self.holds(argument[0])
        if name in ("Fn::And", "Fn::Or"):
            held = [self.holds(item) for item in argument]
            return all(held) if name == "Fn::And" else any(held)
        raise ValueError(f"not a condition: {name}")

    def _substituted(self, argument: Any) -> str:
        text, local = argument if isinstance(argument, list) else (argument, {})
        known = {**self._names, **{name: str(self.value(item)) for name, item in local.items()}}
        return _PLACEHOLDER.sub(lambda found: str(known.get(found[1], found[1])), text)
