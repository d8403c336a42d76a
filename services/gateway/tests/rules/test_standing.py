"""Who may log in with what, at every standing the registry knows."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from clavis_gateway.rules.levels import Method
from clavis_gateway.rules.standing import Bar, Standing, bar

SINCE = datetime(2026, 3, 1, tzinfo=UTC)
CERTIFICATES = {Method.CERTIFICATE_SOFTWARE, Method.CERTIFICATE_QSCD}
OTHERS = CERTIFICATES | {Method.EIDAS}


@pytest.mark.parametrize("method", Method)
@pytest.mark.parametrize("at_portal", [False, True])
def test_nothing_bars_whom_nothing_is_known_against(method: Method, at_portal: bool) -> None:
    assert bar(None, method, at_portal=at_portal) is None
    assert bar(Standing("active", SINCE), method, at_portal=at_portal) is None


@pytest.mark.parametrize("method", Method)
@pytest.mark.parametrize("status", ["active", "renounced", "revoked", "deceased"])
def test_a_frozen_person_gets_in_with_a_certificate_at_the_portal_alone(
    method: Method, status: str
) -> None:
    frozen = Standing(status, SINCE, frozen_since=SINCE)
    assert bar(frozen, method, at_portal=False) is Bar.FROZEN
    assert bar(frozen, method, at_portal=True) is (None if method in CERTIFICATES else Bar.FROZEN)


@pytest.mark.parametrize("method", Method)
@pytest.mark.parametrize("status", ["renounced", "revoked", "deceased"])
def test_who_left_keeps_what_others_issued_and_the_dead_keep_nothing(
    method: Method, status: str
) -> None:
    kept = method in OTHERS and status != "deceased"
    assert bar(Standing(status), method, at_portal=False) is (None if kept else Bar.ENDED)
