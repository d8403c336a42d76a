"""When the person logged in before, as pages after a login say it."""

from __future__ import annotations

from clavis_gateway.login import texts
from clavis_gateway.login.disclosure import in_language
from clavis_gateway.login.flow import Flow
from clavis_gateway.rules.levels import Method
from clavis_gateway.store import accesses


async def last_access(flow: Flow, subject_id: str) -> dict[str, object] | None:
    """Return when, how and to enter where the person logged in last; None: never before."""
    last = await accesses.last(flow.deps.pool, subject_id)
    if last is None:
        return None
    return {
        "at": last.at,
        "method": flow.language.text(texts.METHOD_NAMES[Method(last.method)]),
        "service": in_language(last.names, flow.language.tag) or last.client_id,
    }
