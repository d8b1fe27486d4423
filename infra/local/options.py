"""What a local cloud is made of."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from infra.local import deploy


@dataclass(frozen=True)
class Options:
    """What a local cloud is made of. Paths are absolute."""

    project_root: Path
    state_dir: Path
    built_template: Path
    stack_name: str = "duecourse"
    entity: str = "demo"
    mail_from: str = "billing@duecourse.example"
    reply_mailbox: str = "answers@reply.duecourse.example"
    limits: deploy.LocalLimits = field(default_factory=deploy.LocalLimits)
    enforce_roles: bool = True
    layers_by_reference: bool = True
    parallel_requests: int = 4
    with_stripe: bool = True
    with_mail: bool = True
    handler_environment: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of_project(cls, project_root: Path) -> "Options":
        """Return the options of `duecourse up`: the built template, state in `.duecourse`."""
        root = project_root.resolve()
        return cls(root, root / ".duecourse", root / ".aws-sam" / "build" / "template.yaml")
