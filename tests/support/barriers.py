"""axe-core in the browser: what keeps people out of a page, by rule and place."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Page

# beside the environment that runs this, also where a copy of the tree is tested
AXE = Path(sys.prefix).parent / ".venvs" / "page-lint" / "node_modules" / "axe-core" / "axe.min.js"
_RUN = """async () => {
  document.querySelectorAll('details').forEach(one => { one.open = true; });
  const told = await axe.run(document, {resultTypes: ['violations']});
  return {violations: told.violations, passes: told.passes.length};
}"""


def barriers(page: "Page") -> list[str]:
    """Return a line for each barrier of the page that is shown, everything in it folded out.

    Fails where nothing at all was looked at.
    """
    page.evaluate(AXE.read_text(encoding="utf-8"))
    told: dict[str, Any] = page.evaluate(_RUN)
    assert told["passes"] > 0, f"axe looked at nothing of {page.url}"
    return [
        f"{found['impact']} {found['id']} at {' '.join(map(str, node['target']))}: {found['help']}"
        for found in told["violations"]
        for node in found["nodes"]
    ]
