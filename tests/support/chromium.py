"""What every test in a real browser needs: the browser, and clicks that wait for what they open."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator


@contextmanager
def launched() -> Iterator["Browser"]:
    """Give a headless Chromium. Without one the test is not run, which is a failure in CI."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if not path:
        not_run("no Chromium: make browser installs it")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


def not_run(why: str) -> None:
    """Skip the test that lacks what it needs; in CI it fails."""
    (pytest.fail if os.environ.get("CI") else pytest.skip)(f"NOT RUN: {why}")


def follow(link_or_button: "Locator") -> None:
    """Click what opens another page in this tab, and return when all of that page is there.

    A click alone returns when the next page begins: what is read then without waiting
    (`all_inner_texts`, `count`, `evaluate`) sees half of it on a busy machine.
    """
    with link_or_button.page.expect_navigation(wait_until="load"):
        link_or_button.click()
