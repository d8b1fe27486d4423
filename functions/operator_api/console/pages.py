"""Pages of the console: a template with what every page shows."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from functions.edge import http, static_files
from functions.operator_api import access
from shared import runtime
from shared.domain.entity import Entity
from shared.domain.roles import Role

LANGUAGE = "en"
"""What the console speaks, and how it writes and reads amounts and dates."""


@dataclass(frozen=True, slots=True)
class Visit:
    """A signed-in operator's look at one entity. path is the address asked for."""

    entity: Entity
    role: Role
    csrf: str
    path: str

    @property
    def base(self) -> str:
        """Return the address of the entity's console."""
        return base_of(self.entity.entity_id)


def base_of(entity_id: str) -> str:
    """Return the address of an entity's console."""
    return f"/console/e/{http.segment(entity_id)}"


def page(name: str, visit: Visit, status: int = 200, **values: object) -> http.Answer:
    """Return a page of an entity."""
    request = access.current()
    return _render(
        name,
        status,
        visit=visit,
        entity=visit.entity,
        csrf=visit.csrf,
        may_work=visit.role >= Role.CLERK,
        may_decide=visit.role >= Role.CONTROLLER,
        person=request.principal.name,
        clock=request.now.business if runtime.setting("STAGE") == "sandbox" else None,
        moment=lambda at: moment(at, visit.entity.time_zone),
        **values,
    )


def moment(at: datetime, time_zone: str) -> str:
    """Return an instant as people of a time zone write it, to the minute."""
    local = at.astimezone(ZoneInfo(time_zone))
    return f"{runtime.templates().voice(LANGUAGE).formats.day(local.date())}, {local:%H:%M}"


def bare(name: str, status: int = 200, csrf: str = "", **values: object) -> http.Answer:
    """Return a page outside any entity: the choice of one, signing in, an error."""
    return _render(
        name, status, visit=None, entity=None, csrf=csrf, person="", clock=None, **values
    )


def _render(name: str, status: int, **values: object) -> http.Answer:
    body = (
        runtime.templates()
        .voice(LANGUAGE)
        .render(
            f"console/{name}.html",
            css=static_files.address("console.css"),
            icon=static_files.address("icon.svg"),
            **values,
        )
    )
    return http.html(body, status)
