"""The mailbox in a real browser: a mail's link is clicked, its scripts do not run."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.chromium import follow, launched

from .conftest import Mail, call

pytestmark = pytest.mark.browser


def test_a_payer_clicks_the_link_of_a_mail(mail: Mail, ses: Any) -> None:
    content = call()["Content"]
    content["Simple"]["Body"]["Html"] = {
        "Data": f'<html><head></head><body><a href="{mail.url}/health">See and pay</a>'
        "<script>document.body.textContent = 'hijacked'</script></body></html>"
    }
    ses.send_email(**call(Content=content))
    with launched() as browser:
        context = browser.new_context(viewport={"width": 390, "height": 800})
        page = context.new_page()
        page.goto(f"{mail.url}/mailbox")
        page.get_by_label("Recipient").fill("ann@")
        follow(page.get_by_role("button", name="Search"))
        follow(page.get_by_text("Invoice 1001"))
        link = page.frame_locator("iframe").get_by_role("link", name="See and pay")
        with context.expect_page() as opened:
            link.click()
        opened.value.wait_for_load_state()
        assert opened.value.url == f"{mail.url}/health"
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
