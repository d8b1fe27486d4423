"""Routes of an HTTP API, and which of them a request takes."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import unquote

_LITERAL, _VARIABLE, _GREEDY, _DEFAULT = range(4)


@dataclass(frozen=True)
class Route:
    """One route: `method` may be ANY, `path` may be `$default`; `authorizer` None means public."""

    method: str
    path: str
    function: str
    authorizer: str | None = None

    @property
    def key(self) -> str:
        """Return the route key as API Gateway writes it, such as `GET /pets/{id}`."""
        return "$default" if self.path == "$default" else f"{self.method} {self.path}"


@dataclass(frozen=True)
class Match:
    """The route taken and the decoded values of its path variables."""

    route: Route
    path_parameters: dict[str, str]


def find(routes: Iterable[Route], method: str, path: str) -> Match | None:
    """Return the most specific route that takes this request, or None (API Gateway answers 404).

    Segment by segment a literal beats a variable, a variable beats `{proxy+}`, `$default` is last;
    on the same path the named method beats ANY. A greedy variable takes one segment or more.
    """
    segments = path.strip("/").split("/") if path.strip("/") else []
    if path.endswith("/") and segments:
        segments.append("")
    best: tuple[tuple[tuple[int, ...], bool], Match] | None = None
    for route in routes:
        if route.method not in ("ANY", method) and route.path != "$default":
            continue
        found = _match_path(route, segments)
        if found is None:
            continue
        rank, parameters = found
        order = (rank, route.method == "ANY")
        if best is None or order < best[0]:
            best = (order, Match(route, parameters))
    return best[1] if best else None


def _match_path(route: Route, segments: list[str]) -> tuple[tuple[int, ...], dict[str, str]] | None:
    if route.path == "$default":
        return (_DEFAULT,), {}
    wanted = route.path.strip("/").split("/") if route.path.strip("/") else []
    rank: list[int] = []
    parameters: dict[str, str] = {}
    for place, part in enumerate(wanted):
        if part.startswith("{") and part.endswith("+}"):
            rest = "/".join(segments[place:])
            if not rest:
                return None
            parameters[part[1:-2]] = unquote(rest)
            return (*rank, _GREEDY), parameters
        if place >= len(segments):
            return None
        if part.startswith("{") and part.endswith("}"):
            if not segments[place]:
                return None
            parameters[part[1:-1]] = unquote(segments[place])
            rank.append(_VARIABLE)
        elif unquote(segments[place]) == part:
            rank.append(_LITERAL)
        else:
            return None
    return (tuple(rank), parameters) if len(segments) == len(wanted) else None
