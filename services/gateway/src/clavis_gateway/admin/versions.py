"""Versions as entity tags: nobody overwrites what they have not seen (RFC 9110 section 13.1)."""

from __future__ import annotations

from clavis_kit.db import Pool
from clavis_kit.errors import ServiceError
from starlette.requests import Request

from clavis_gateway.store import relying_parties
from clavis_gateway.store.relying_parties import Registration


def tag(version: int) -> dict[str, str]:
    """Return the header that names a version."""
    return {"ETag": f'"{version}"'}


async def found(pool: Pool, client_id: str) -> Registration:
    """Read a registration. Raises ServiceError 404."""
    registration = None
    if "\x00" not in client_id:
        registration = await relying_parties.find(pool, client_id)
    if registration is None:
        raise ServiceError("relying-party-not-found", 404)
    return registration


# RFC 9110 section 13.1.1; RFC 6585 section 3 for a write without condition.
def check_match(request: Request, registration: Registration) -> None:
    """Refuse a write that does not name the version it changes. Raises ServiceError 412, 428."""
    given = request.headers.get("if-match")
    if given is None:
        raise ServiceError(
            "version-missing", 428, "Send the ETag you have read in If-Match.",
            headers=tag(registration.version),
        )  # fmt: skip
    tags = {item.strip() for item in given.split(",")}
    if "*" not in tags and f'"{registration.version}"' not in tags:
        raise changed(registration.version)


def changed(version: int | None = None) -> ServiceError:
    """Make the refusal of a write against another version than the present one."""
    return ServiceError(
        "version-changed", 412, "It was changed meanwhile. Read it again.",
        headers=tag(version) if version else None,
    )  # fmt: skip
