"""Lives one life in this process and returns its story."""

from functools import cache
from pathlib import Path

from tests.lives.inside import Inside
from tests.lives.life import Life
from tests.lives.scenario import read
from tests.lives.story import Story, tell

APPROVED = Path(__file__).parent / "approved"


@cache
def lived(name: str) -> Story:
    """Return the story of the life of that name."""
    with Inside().running() as hub:
        life = Life(read(name), hub)
        life.live()
        return tell(life)
