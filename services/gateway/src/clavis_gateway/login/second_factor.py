"""What completes the permanent password: which second factor, and the code by SMS."""

from __future__ import annotations

from dataclasses import replace

from starlette.responses import Response

from clavis_gateway.interactions import Reason
from clavis_gateway.login import texts
from clavis_gateway.login.clients.sibling import Answer
from clavis_gateway.login.flow import Flow
from clavis_gateway.login.outcomes import blocked, fall_short
from clavis_gateway.login.progress import FirstFactor, SentCode
from clavis_gateway.rules.levels import Choice, Factor, Method, first_factor_asked
from clavis_gateway.rules.policy import missing_factor

PATHS = {
    Factor.TOTP: "/permanent/totp",
    Factor.SMS: "/permanent/code",
    Factor.RECOVERY_CODE: "/permanent/recovery-code",
}


def factors_of(answer: Answer) -> tuple[Factor, ...]:
    """Read which second factors a person can use now, in the order they are offered."""
    usable = set(answer["second_factors"])
    return tuple(factor for factor in Factor if factor.value in usable)


async def ask(flow: Flow, person: FirstFactor) -> Response:
    """Lead on to what completes the password: the only usual factor, or the person's choice."""
    if not person.factors:
        return await fall_short(flow, Method.PERMANENT, person.enrolment_level, "no_second_factor")
    flow = await flow.remember(replace(flow.progress, first_factor=person))
    factor = first_factor_asked(person.factors)
    if factor is None:
        return flow.to("/second-factor")
    return await send_otp(flow, person) if factor is Factor.SMS else flow.to(PATHS[factor])


async def session_step_up(flow: Flow) -> FirstFactor | None:
    """Tell whom only a second factor separates from the level: a live session by password.

    It serves too where the level was proved too long ago: the password stands, the code is asked
    for again. A request for a fresh login (prompt=login, max_age) gets no session to build on.
    """
    session = flow.interaction.session
    if session is None or not {Reason.STEP_UP, Reason.LEVEL_AGED} & flow.interaction.reasons:
        return None
    method = missing_factor(
        session.method,
        session.enrolment_level,
        flow.interaction.demand,
        flow.interaction.client.terms,
        flow.deps.settings.level_policy,
    )
    if method is None:
        return None
    answer = await flow.login.permanent.second_factors(session.subject_id)
    return FirstFactor(
        session.subject_id,
        session.enrolment_level,
        factors_of(answer),
        session.auth_time.isoformat(),
    )


async def send_otp(flow: Flow, person: FirstFactor) -> Response:
    """Send the SMS code that completes the password, bound to this login."""
    answer = await flow.login.permanent.send_otp(
        person.subject_id,
        bound_to=flow.interaction.interaction_id,
        relying_party=flow.service.name,
        language=flow.language.tag,
    )
    if answer["outcome"] == "sent":
        await flow.remember(
            replace(flow.progress, otp=sent_code(answer, "otp_id"), first_factor=person)
        )
        return flow.to(PATHS[Factor.SMS])
    if answer["outcome"] == "limited":
        return await _otp_limited(flow, answer)
    if answer.get("reason") == "undeliverable":
        return await _undeliverable(flow, person)
    return await fall_short(
        flow, Method.PERMANENT, person.enrolment_level, str(answer.get("reason"))
    )


def sent_code(answer: Answer, id_field: str) -> SentCode:
    """Read where a code went and until when it serves."""
    return SentCode(
        code_id=answer[id_field],
        phone_hint=answer["phone_hint"],
        expires_at=answer["expires_at"],
        resend_at=answer.get("resend_at"),
    )


async def _undeliverable(flow: Flow, person: FirstFactor) -> Response:
    others = [factor for factor in person.factors if factor is not Factor.SMS]
    if others:
        return choice_page(flow, person.factors, "otp-undeliverable", status=503)
    title = texts.N_("No hemos podido enviar el SMS")
    return await blocked(flow, "otp-undeliverable", title, but=Choice.PERMANENT, status=503)


def choice_page(
    flow: Flow, factors: tuple[Factor, ...], fault: str | None = None, *, status: int = 200
) -> Response:
    """Render the choice among second factors."""
    return flow.page(
        "second_factor.html",
        status=status,
        path="/second-factor",
        faults=[flow.fault(fault)] if fault else [],
        factors=factors,
        paths=PATHS,
    )


async def _otp_limited(flow: Flow, answer: Answer) -> Response:
    fault = flow.fault("otp-limited", until=answer["resend_at"])
    if flow.progress.otp is None:
        return await blocked(
            flow, fault.code, texts.N_("Espere antes de pedir otro código"),
            but=Choice.PERMANENT, status=429, until=answer["resend_at"],
        )  # fmt: skip
    return flow.page(
        "otp.html", status=429, path=PATHS[Factor.SMS], faults=[fault], sent=flow.progress.otp,
        several=has_others(flow),
    )  # fmt: skip


def has_others(flow: Flow) -> bool:
    """Say whether another second factor than the one asked for could be used."""
    person = flow.progress.first_factor
    return person is not None and len(person.factors) > 1
