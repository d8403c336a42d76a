"""The two requests of a login by PIN, found in one look-up (`clavis_kit.direct`).

The ordinary routes describe them, and answer every other method and spelling of their paths.
"""

from clavis_kit.direct import DirectRoutes
from clavis_kit.direct_body import answered, read_body, read_uuid
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from clavis_pin.routes import pins
from clavis_pin.routes.access import deps_of


def include_short_ways(app: FastAPI) -> None:
    """Let the requests be answered without trying every route."""
    direct: DirectRoutes = app.state.direct
    direct.add(app, "POST", "/v1/pins", _request_pin)
    direct.add(app, "POST", "/v1/pins/{pin_request_id}/attempts", _attempt_pin)


async def _request_pin(request: Request) -> Response:
    await pins.only_gateway(request)
    body = await read_body(request, pins.PinRequestIn)
    return answered(await pins.request_pin(body, await deps_of(request)))


async def _attempt_pin(request: Request) -> Response:
    await pins.only_gateway(request)
    body = await read_body(request, pins.AttemptIn)
    pin_request_id = read_uuid(request, "pin_request_id")
    return answered(await pins.attempt_pin(pin_request_id, body, await deps_of(request)))
