"""Reading the refusal log: which entries are wanted, and how each is told."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from clavis_gateway.errors import OAuthError, invalid_request
from clavis_gateway.oidc.refusals.catalogue import BY_NAME
from clavis_gateway.store.refusals import Refusal, Wanted

DEFAULT_LIMIT, MAX_LIMIT = 50, 200


def read_wish(client_id: str, values: Mapping[str, str]) -> Wanted:
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


def _bad_filter() -> OAuthError:
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
