"""Takes the pictures of docs/pictures from the demo that is running: portal and console.

`python -m infra.local.pictures [FOLDER]`, after `duecourse demo`.
"""

import json
import re
import shutil
import sys
import urllib.request
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from infra.cli.api import state_dir

PICTURES = Path(__file__).resolve().parents[2] / "docs" / "pictures"
_PHONE, _DESK = ViewportSize(width=390, height=844), ViewportSize(width=1180, height=844)
_SHARP = 2
_MAILS_READ = 400


def main(folder: Path = PICTURES) -> int:
    """Write both pictures to folder; return the exit code."""
    stack = json.loads((state_dir() / "stack.json").read_text())
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        try:
            _portal(_page(browser, _PHONE), _link(stack)).screenshot(path=folder / "portal.png")
            _console(_page(browser, _DESK), stack).screenshot(path=folder / "console.png")
        finally:
            browser.close()
    print(f"portal.png and console.png are in {folder}")
    return 0


def _page(browser: Browser, size: ViewportSize) -> Page:
    return browser.new_context(viewport=size, device_scale_factor=_SHARP).new_page()


def _portal(page: Page, link: str) -> Page:
    """Return page as who was mailed link sees it: the open invoices."""
    page.goto(link)
    page.get_by_role("button").first.click()
    page.wait_for_load_state()
    return page


def _console(page: Page, stack: dict[str, Any]) -> Page:
    """Return page as a controller sees it who signs in: what is to be done today."""
    page.goto(stack["console_url"])
    page.get_by_role("link", name=re.compile("sign", re.IGNORECASE)).first.click()
    page.get_by_role("button", name=re.compile("controller", re.IGNORECASE)).first.click()
    page.wait_for_load_state()
    return page


def _link(stack: dict[str, Any]) -> str:
    """Return the link of the last English mail about several invoices of which one is late."""
    url = f"{stack['mail_url']}/api/messages?limit={_MAILS_READ}"
    with urllib.request.urlopen(url) as answer:
        texts = [mail["text"] for mail in json.load(answer)["messages"]]
    late = [t for t in texts if re.search(r"\d days? late", t) and re.search(r"due in \d", t)]
    link = re.search(r"https?://\S+/l/[\w-]+", late[-1]) if late else None
    if link is None:
        raise SystemExit("no such mail: run `duecourse demo` first")
    return link[0]


if __name__ == "__main__":
    raise SystemExit(main(*map(Path, sys.argv[1:])))
