"""Claims about a person: asked of the registry when needed, by name, and kept nowhere."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from clavis_kit.calls import CallFailedError

from clavis_gateway.deps import Deps
from clavis_gateway.errors import SiblingUnavailable
from clavis_gateway.oidc.metadata import REGISTRY_CLAIMS
from clavis_gateway.records import Grant

TIMEOUT_SECONDS = 3.0


async def collect(
    deps: Deps, grant: Grant, names: Iterable[str], enrolment_level: str | None
) -> dict[str, Any]:
    """Return the claims that are known among those named. Raises SiblingUnavailable."""
    wanted = tuple(names)
    claims = _own(grant, wanted, enrolment_level)
    asked = [name for name in wanted if name in REGISTRY_CLAIMS]
    if asked:
        claims |= await _from_registry(deps, grant, asked)
    return claims


def _own(grant: Grant, wanted: tuple[str, ...], enrolment_level: str | None) -> dict[str, Any]:
    known: dict[str, Any] = {
        "acr": grant.acr,
        "amr": list(grant.amr),
        "auth_time": int(grant.auth_time.timestamp()),
        "selected_idp": grant.method,
        "registration_level": enrolment_level,
    }
    return {name: known[name] for name in wanted if known.get(name) is not None}


async def _from_registry(deps: Deps, grant: Grant, asked: list[str]) -> dict[str, Any]:
    try:
        answer = await deps.calls.request(
            "POST",
            f"{deps.settings.registry_url}/internal/v1/claims",
            body={"subject_id": grant.subject_id, "claims": asked, "client_id": grant.client_id},
            headers=deps.service_tokens.headers("registry"),
            timeout_seconds=TIMEOUT_SECONDS,
        )
        claims = answer.result()["claims"]
    except (CallFailedError, KeyError) as error:
        raise SiblingUnavailable("registry", type(error).__name__) from error
    # Only what was asked leaves this process, whatever the answer held.
    return {name: claims[name] for name in asked if claims.get(name) is not None}
