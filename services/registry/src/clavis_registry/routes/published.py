"""What anybody may fetch: the public keys of our service tokens."""

from typing import Any

from fastapi import APIRouter, Request

router = APIRouter(tags=["published"])


@router.get("/.well-known/jwks.json", summary="Public keys of this service's tokens")
async def jwks(request: Request) -> dict[str, Any]:
    """Return the key set with which callees check our tokens."""
    keys: dict[str, Any] = request.app.state.jwks
    return keys
