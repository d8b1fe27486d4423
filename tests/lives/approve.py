"""Writes the stories of all lives, or of those named, as approved texts.

`python -m tests.lives.approve [LIFE ...]`. Read the difference before committing it: what stands
there is what customers are told.
"""

import sys

from tests.lives import scenario
from tests.lives.lived import APPROVED, lived


def main() -> int:
    wanted = sys.argv[1:] or scenario.names()
    APPROVED.mkdir(exist_ok=True)
    changed = messages = 0
    for name in wanted:
        story = lived(name)
        path = APPROVED / f"{name}.txt"
        if not path.exists() or path.read_text() != story.text:
            path.write_text(story.text)
            changed += 1
            print(f"written: {path.name}")
        messages += story.messages
    print(f"{len(wanted)} lives, {messages} messages, {changed} texts changed")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
