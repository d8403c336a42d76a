"""The end of a login: enough, one factor short, or short for good; then what is sent."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from starlette.responses import Response

from clavis_gateway import interactions
from clavis_gateway.interactions import Authentication, Reason
from clavis_gateway.login import store, texts
from clavis_gateway.login.clients import Answer
from clavis_gateway.login.flow import Flow
from clavis_gateway.login.progress import FirstFactor, SentCode, Shortfall
from clavis_gateway.rules.levels import AMR_OF, EnrolmentLevel, Method, loa_of, step_up


class Next(StrEnum):
    """What follows a login."""

    COMPLETE = "complete"
    STEP_UP = "step_up"
    FALL_SHORT = "fall_short"


@dataclass(frozen=True, slots=True)
class Identified:
    """A person identified by a method, before it is judged whether that is enough."""

    subject_id: str
    method: Method
    enrolment_level: EnrolmentLevel | None


async def settle(flow: Flow, person: Identified, evidence: Answer | None = None) -> Response:
    """Judge a finished login and lead the person on."""
    policy = flow.deps.settings.level_policy
    required, allowed = flow.interaction.required_loa, flow.interaction.client.allowed_methods
    loa = loa_of(person.method, person.enrolment_level, policy)
    if loa is not None and loa >= required and person.method in allowed:
        authentication = Authentication(
            subject_id=person.subject_id,
            method=person.method,
            amr=AMR_OF[person.method],
            loa=loa,
            auth_time=flow.deps.clock.now(),
            enrolment_level=person.enrolment_level,
            evidence=evidence or {},
        )
        return await agree(flow, authentication)
    if step_up(person.method, person.enrolment_level, required, allowed, policy):
        return await send_otp(flow, FirstFactor(person.subject_id, person.enrolment_level))
    not_accepted = loa is not None and loa >= required
    reason = "not_accepted" if not_accepted else _basic(person.enrolment_level)
    return await fall_short(flow, person.method, person.enrolment_level, reason)


def _basic(enrolment_level: EnrolmentLevel | None) -> str | None:
    return "basic_level" if enrolment_level == "basic" else None


async def fall_short(
    flow: Flow, method: Method, enrolment_level: EnrolmentLevel | None, reason: str | None
) -> Response:
    """Keep what was reached and show the ways up. Nothing is sent to the relying party yet."""
    reached = loa_of(method, enrolment_level, flow.deps.settings.level_policy)
    shortfall = Shortfall(int(reached or 1), enrolment_level, reason)
    await flow.remember(replace(flow.progress, shortfall=shortfall))
    return flow.to("/short")


def session_step_up(flow: Flow) -> FirstFactor | None:
    """Tell whom only the SMS code separates from the level: a live session by password.

    A request for a fresh login (prompt=login, max_age) is not answered by an old password.
    """
    session = flow.interaction.session
    fresh = {Reason.PROMPT_LOGIN, Reason.MAX_AGE} & flow.interaction.reasons
    if session is None or fresh or Reason.STEP_UP not in flow.interaction.reasons:
        return None
    method = step_up(
        session.method,
        session.enrolment_level,
        flow.interaction.required_loa,
        flow.interaction.client.allowed_methods,
        flow.deps.settings.level_policy,
    )
    return FirstFactor(session.subject_id, session.enrolment_level) if method else None


async def send_otp(flow: Flow, person: FirstFactor) -> Response:
    """Send the SMS code that completes the password, bound to this login."""
    answer = await flow.login.permanent.send_otp(
        person.subject_id,
        bound_to=flow.interaction.interaction_id,
        relying_party=flow.service.name,
        language=flow.language.tag,
    )
    if answer["outcome"] == "sent":
        sent = SentCode(
            code_id=answer["otp_id"],
            phone_hint=answer["phone_hint"],
            expires_at=answer["expires_at"],
            resend_at=answer.get("resend_at"),
        )
        await flow.remember(replace(flow.progress, otp=sent, first_factor=person))
        return flow.to("/permanent/code")
    if answer["outcome"] == "limited":
        return _otp_limited(flow, answer)
    if answer.get("reason") == "undeliverable":
        fault = flow.fault("otp-undeliverable")
        return blocked(flow, fault.code, texts.N_("No hemos podido enviar el SMS"), status=503)
    return await fall_short(
        flow, Method.PERMANENT, person.enrolment_level, str(answer.get("reason"))
    )


def _otp_limited(flow: Flow, answer: Answer) -> Response:
    fault = flow.fault("otp-limited", until=answer["resend_at"])
    if flow.progress.otp is None:
        return blocked(
            flow, fault.code, texts.N_("Espere antes de pedir otro código"), status=429,
            until=answer["resend_at"],
        )  # fmt: skip
    return flow.page(
        "otp.html", status=429, path="/permanent/code", faults=[fault], sent=flow.progress.otp
    )


def blocked(
    flow: Flow,
    code: str,
    title: str,
    *,
    status: int,
    advice: str = texts.N_("Puede elegir otra forma de identificarse ahora mismo."),
    activate: bool = False,
    until: str | None = None,
) -> Response:
    """Render that one method cannot be used now, with what still can."""
    return flow.page(
        "blocked.html",
        status=status,
        others=False,
        faults=[flow.fault(code, until=until) if until else flow.fault(code)],
        title=flow.language.text(title),
        advice=flow.language.text(advice),
        activate=activate,
    )


async def agree(flow: Flow, authentication: Authentication) -> Response:
    """Show what the service receives on a first visit or when it asks for more; else go on."""
    client = flow.interaction.client
    flow = await flow.remember(flow.progress.with_authentication(authentication))
    if not client.first_party:
        shown = await store.disclosed_claims(
            flow.deps.pool, authentication.subject_id, client.client_id
        )
        if set(personal_claims(flow)) - shown:
            return flow.to("/data")
    return await complete(flow, authentication)


def personal_claims(flow: Flow) -> dict[str, str]:
    """Return the requested claims that say something of the person, each with its name."""
    return {
        claim: flow.language.text(texts.CLAIMS[claim])
        for claim in flow.interaction.requested_claims
        if claim in texts.CLAIMS
    }


async def complete(flow: Flow, authentication: Authentication) -> Response:
    """Answer the relying party."""
    target = await interactions.complete_interaction(
        flow.deps, flow.interaction.interaction_id, authentication
    )
    return flow.login.pages.returning(flow.request, target, language=flow.language)
