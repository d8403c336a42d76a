"""The files of an application, and the tables its backend needs."""

from pathlib import Path

import clavis_kit.bff
import pytest

from libs.kit.tests.bff.bff_world import World

TABLES = Path(clavis_kit.bff.__file__).parent / "tables.sql"
ROOT = Path(__file__).parents[4]


async def test_a_page_address_answers_with_the_application(world: World) -> None:
    for path in ("/", "/sign", "/enrolments/new"):
        response = await world.browser.get(path)
        assert "<title>app</title>" in response.text
        assert "script-src 'self'" in response.headers["content-security-policy"]
        assert response.headers["cache-control"] == "no-cache"


async def test_named_assets_are_kept_and_unknown_ones_are_not_found(world: World) -> None:
    response = await world.browser.get("/assets/app-HASH.js")
    assert "immutable" in response.headers["cache-control"]
    assert response.headers["content-type"].startswith("text/javascript")
    for path in ("/assets/other.js", "/server-texts.json", "/bff/other", "/api/other"):
        assert (await world.browser.get(path)).status_code == 404


async def test_an_unchanged_file_is_not_sent_again(world: World) -> None:
    etag = (await world.browser.get("/")).headers["etag"]
    response = await world.browser.get("/", headers={"If-None-Match": etag})
    assert response.status_code == 304


@pytest.mark.parametrize("service", ["gateway", "registry"])
def test_a_service_carries_the_tables_word_for_word(service: str) -> None:
    copy = ROOT / "services" / service / "migrations" / "0200_pre_bff_session.sql"
    assert copy.read_text() == TABLES.read_text()
