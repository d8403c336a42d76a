"""Ends of a step that is not the end of the login: what cannot be used now, what is not enough."""

from __future__ import annotations

from dataclasses import replace

from starlette.responses import Response

from clavis_gateway.login.flow import Flow
from clavis_gateway.login.progress import Shortfall
from clavis_gateway.login.selection import other_ways
from clavis_gateway.rules.levels import Choice, EnrolmentLevel, Method, loa_of


async def blocked(
    flow: Flow,
    code: str,
    title: str,
    *,
    but: Choice,
    status: int,
    advice: str | None = None,
    recover: bool = False,
    until: str | None = None,
) -> Response:
    """Render that one method, `but`, cannot be used now, with those that can.

    `until` is when it can be used again; `recover` offers another password.
    """
    return flow.page(
        "blocked.html",
        status=status,
        others=False,
        faults=[flow.fault(code, until=until) if until else flow.fault(code)],
        title=flow.language.text(title),
        advice=flow.language.text(advice) if advice else None,
        recover=recover,
        ways=await other_ways(flow, but),
    )


async def fall_short(
    flow: Flow, method: Method, enrolment_level: EnrolmentLevel | None, reason: str | None
) -> Response:
    """Keep what was reached and show the ways up. Nothing is sent to the relying party yet."""
    reached = loa_of(method, enrolment_level, flow.deps.settings.level_policy)
    shortfall = Shortfall(int(reached or 1), enrolment_level, reason)
    await flow.remember(replace(flow.progress, shortfall=shortfall))
    return flow.to("/short")
