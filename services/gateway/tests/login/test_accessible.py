"""Every page in every state before axe-core, on a phone by day and on a desktop by night."""

from __future__ import annotations

import pytest
from clavis_testkit.accessibility import LOOKS, RUN, TAGS, Look, axe, judged
from clavis_testkit.browsing import FLAGS
from clavis_testkit.require import find_chromium, need
from playwright.async_api import async_playwright

from services.gateway.tests.login.gallery import all_pages, make_renderer, standing_alone

pytestmark = [
    pytest.mark.browser,
    pytest.mark.node,
    pytest.mark.filterwarnings("default::clavis_testkit.accessibility.BestPractice"),
]


# WCAG 2.2, levels A and AA, as far as a machine can judge.
@pytest.mark.parametrize("look", LOOKS, ids=str)
async def test_no_page_breaks_a_rule(look: Look) -> None:
    need("chromium", "judges the login pages")
    script, renderer = axe(), make_renderer()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        page = await browser.new_page(
            viewport={"width": look.width, "height": look.height}, color_scheme=look.colours
        )
        await page.evaluate(script)
        found: list[str] = []
        for name, response in all_pages(renderer, "es"):
            await page.set_content(standing_alone(renderer, response))
            found += judged(await page.evaluate(RUN, list(TAGS)), f"{name} {look}")
        await browser.close()
    assert not found, "\n".join(found)
