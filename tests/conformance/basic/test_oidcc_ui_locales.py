"""ui_locales does not result in an error, be the language spoken here or not."""

import pytest

from tests.conformance.harness import checks
from tests.conformance.harness.basic import BasicClient
from tests.conformance.harness.citizen import Citizen


@pytest.mark.parametrize(("asked", "shown"), [("se", None), ("en", "en"), ("es", "es")])
def test_ui_locales_are_no_error(
    rp: BasicClient, newcomer: Citizen, asked: str, shown: str | None
) -> None:
    request = rp.request(ui_locales=asked)
    page = checks.login_page(newcomer.visit(rp.address(request)))
    assert shown is None or f'<html lang="{shown}' in page.text


def test_the_flow_ends_well(rp: BasicClient, citizen: Citizen) -> None:
    rp.complete(citizen, ui_locales="se")
