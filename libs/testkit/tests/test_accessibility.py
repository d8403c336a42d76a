"""The judge of pages finds what is wrong, in the look in which it is wrong, and nothing else."""

from collections.abc import Iterator

import pytest
from clavis_testkit import accessibility
from clavis_testkit.accessibility import BestPractice, axe, breaches
from clavis_testkit.browsing import chromium, new_page
from clavis_testkit.require import need
from playwright.sync_api import Page

from dev.assets import AssetError

pytestmark = [pytest.mark.browser, pytest.mark.node]
POLICY = "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'"
WHOLE = """<!doctype html><html lang="en"><title>Page</title>
<style>@media (prefers-color-scheme: dark) {{ body {{ background: #10181f; color: #e9eff3 }} }}
{style}</style><main><h1>Page</h1>{inside}</main></html>"""


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    need("chromium", "judges pages")
    axe()
    with chromium() as browser, new_page(browser) as opened:
        yield opened


def shown(page: Page, inside: str = "", style: str = "") -> list[str]:
    body = WHOLE.format(inside=inside, style=style)
    headers = {"Content-Security-Policy": POLICY, "Content-Type": "text/html"}
    page.route("http://page.test/", lambda route: route.fulfill(body=body, headers=headers))
    page.goto("http://page.test/")
    return breaches(page, "here")


def test_a_page_without_fault_passes_under_a_strict_policy(page: Page) -> None:
    assert shown(page, "<p>Text</p>") == []
    assert page.viewport_size == {"width": 1280, "height": 800}


def test_a_fault_is_named_with_its_place(page: Page) -> None:
    (first, second) = shown(
        page, '<details><summary>A</summary><img id="face" src="data:,"></details>'
    )
    assert first.startswith("here 360-light: image-alt: ")
    assert second.startswith("here 1280-dark: image-alt: ")
    assert "#face" in first


def test_contrast_is_judged_in_the_dark_too(page: Page) -> None:
    (line,) = shown(page, "<p>Text</p>", "p { color: #595959 }")
    assert line.startswith("here 1280-dark: color-contrast: ")


def test_small_targets_are_found_on_a_phone(page: Page) -> None:
    small = "@media (max-width: 400px) { button { padding: 0; border: 0; height: 12px } }"
    found = shown(
        page, "<button>a</button> <button>b</button>", f"button {{ height: 30px }} {small}"
    )
    assert {line.partition(": ")[0] for line in found} == {"here 360-light"}
    assert all(": target-size: " in line for line in found)


def test_what_is_only_good_practice_is_a_warning(page: Page) -> None:
    with pytest.warns(BestPractice, match="heading-order"):
        assert shown(page, "<h4>Far below</h4>") == []


@pytest.mark.parametrize(
    ("required", "ends"), [("", pytest.skip.Exception), ("all", pytest.fail.Exception)]
)
def test_without_its_packages_it_is_skipped_or_fails(
    monkeypatch: pytest.MonkeyPatch, required: str, ends: type[BaseException]
) -> None:
    def nothing_installed() -> None:
        raise AssetError("installing the checks of the pages failed: no network.")

    monkeypatch.setenv("CLAVIS_REQUIRE", required)
    monkeypatch.setattr(accessibility, "ensure_checks", nothing_installed)
    with pytest.raises(ends, match="no network"):
        axe.__wrapped__()
