"""The library's API: reserving from the old collection needs a better login than entering does.

The API is protected by `clavis_resource_server`. The library's page calls it with the person's
access token; when the answer is the challenge of RFC 9470, the page sends the person to the
provider with what the challenge asks for, and tries again when they come back.
"""

import re
from typing import Annotated, Any

import httpx
from clavis_resource_server import SUBSTANTIAL, Access, Introspection, Provider, ResourceServer
from fastapi import Depends, FastAPI

MAX_AGE_SECONDS = 900
PATH = "/api/reservations"
_PARAMETER = re.compile(r'(\w+)="([^"]*)"')


def protect(app: FastAPI, issuer: str, metadata: dict[str, Any]) -> ResourceServer:
    """Add the API. Its tokens are the library's own, which it asks the provider about."""
    client_id, secret = metadata["client_id"], metadata["client_secret"]
    provider = Provider(issuer, audience=client_id, introspection=Introspection(client_id, secret))
    server = ResourceServer(provider, base_url=origin(metadata))
    needed = server.require("openid", acr=SUBSTANTIAL, max_age=MAX_AGE_SECONDS)

    @app.get(PATH)
    async def reservations(access: Annotated[Access, Depends(needed)]) -> dict[str, Any]:
        return {"reader": access.subject, "acr": access.acr, "auth_time": access.auth_time}

    app.include_router(server.metadata_router("openid"))
    return server


def origin(metadata: dict[str, Any]) -> str:
    """Return where the service stands, as its registration says."""
    callback: str = metadata["redirect_uris"][0]
    return callback.removesuffix("/callback")


async def ask(app: FastAPI, metadata: dict[str, Any], access_token: str) -> httpx.Response:
    """Call the API as any client would; it happens to live in this process."""
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url=origin(metadata)) as http:
        return await http.get(PATH, headers={"Authorization": f"Bearer {access_token}"})


def step_up(answer: httpx.Response) -> dict[str, str] | None:
    """Read which login the API wants (RFC 9470 section 4); None when it asks for none."""
    told = dict(_PARAMETER.findall(answer.headers.get("www-authenticate", "")))
    if told.get("error") != "insufficient_user_authentication":
        return None
    return {name: told[name] for name in ("acr_values", "max_age") if name in told}
