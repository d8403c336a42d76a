"""A relying party reads what was refused to it, and why."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse

from clavis_gateway.deps import Deps, DepsDep
from clavis_gateway.errors import invalid_client, invalid_request
from clavis_gateway.oidc import forms
from clavis_gateway.oidc.client_auth import read_credentials, require_confidential, verify_client
from clavis_gateway.oidc.forms import Parameters
from clavis_gateway.oidc.http import NO_STORE
from clavis_gateway.oidc.refusals.catalogue import BY_NAME
from clavis_gateway.store import refusals as store
from clavis_gateway.store import tokens
from clavis_gateway.store.refusals import Refusal, Wanted

router = APIRouter()
PATH = "/rp/refusals"
DEFAULT_LIMIT, MAX_LIMIT = 50, 200


@router.get(PATH)
async def refusals_get(request: Request, deps: DepsDep) -> JSONResponse:
    """Answer a client that authenticates in the header or by certificate."""
    params = forms.noted(request, forms.parse(request.url.query))
    # RFC 6749 section 2.3.1: credentials must not be in the address of a request.
    if params.values.keys() & {"client_secret", "client_assertion"}:
        raise invalid_request("Credentials must not be in the query.", rule="credentials_in_query")
    return await _answer(request, deps, params)


@router.post(PATH)
async def refusals_post(request: Request, deps: DepsDep) -> JSONResponse:
    """Answer a client that authenticates in a form, by assertion or secret."""
    return await _answer(request, deps, await forms.read_unique_form(request))


async def _answer(request: Request, deps: Deps, params: Parameters) -> JSONResponse:
    credentials = read_credentials(request, params)
    client = await tokens.load_client(deps.pool, credentials.client_id)
    assertion = await verify_client(deps, client, credentials, PATH)
    if client is None:
        raise invalid_client("unknown client")
    require_confidential(client)
    if assertion is not None and not await tokens.use_jtis(
        deps.pool, [(assertion.jti_hash, assertion.expires_at)]
    ):
        raise invalid_client("an assertion came twice")
    wanted = read_wish(client.client_id, params.values)
    return JSONResponse(page(wanted, await store.read(deps.pool, wanted)), headers=NO_STORE)


def read_wish(client_id: str, values: dict[str, str]) -> Wanted:
    """Read filters and page of a request. Raises OAuthError invalid_request."""
    try:
        limit = int(values.get("limit") or DEFAULT_LIMIT)
        since = values.get("since")
        cursor = values.get("cursor")
        wanted = Wanted(
            client_id=client_id,
            since=_moment(since) if since else None,
            endpoint=values.get("endpoint") or None,
            rule=values.get("rule") or None,
            before=_open(cursor) if cursor else None,
            limit=limit,
        )
    except (ValueError, OverflowError) as error:
        raise _bad_filter() from error
    if not 1 <= limit <= MAX_LIMIT or "\x00" in "".join(values.values()):
        raise _bad_filter()
    return wanted


def _bad_filter() -> Exception:
    return invalid_request("A filter of the refusal log is malformed.", rule="refusal_filter")


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _open(cursor: str) -> tuple[datetime, str]:
    moment, _, refusal_id = base64.urlsafe_b64decode(cursor).decode().partition("|")
    return _moment(moment), refusal_id


def page(wanted: Wanted, found: list[Refusal]) -> dict[str, Any]:
    """Compose one page; `next` leads to the following one."""
    last = found[-1] if len(found) == wanted.limit else None
    following = None
    if last is not None:
        spelled = f"{last.occurred_at.isoformat()}|{last.refusal_id}"
        following = base64.urlsafe_b64encode(spelled.encode()).decode()
    return {"refusals": [describe(one) for one in found], "next": following}


def describe(refusal: Refusal) -> dict[str, Any]:
    """Tell one refusal, with the sentence and the way out of its rule."""
    rule = BY_NAME.get(refusal.rule)
    return {
        "time": refusal.occurred_at.isoformat().replace("+00:00", "Z"),
        "endpoint": refusal.endpoint,
        "rule": refusal.rule,
        "error": refusal.error,
        "sentence": rule.sentence if rule else None,
        "advice": rule.advice if rule else None,
        "authenticated": refusal.authenticated,
        "parameters": refusal.parameters,
        "request_id": refusal.request_id,
    }
