"""The end of a login: enough, one factor short, or short for good; then what is sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from starlette.responses import Response

from clavis_gateway import interactions
from clavis_gateway.interactions import Authentication
from clavis_gateway.login import second_factor, store, texts
from clavis_gateway.login.clients.sibling import Answer
from clavis_gateway.login.flow import Flow
from clavis_gateway.login.outcomes import fall_short
from clavis_gateway.login.progress import FirstFactor
from clavis_gateway.rules.levels import EnrolmentLevel, Factor, Method, amr_of, loa_of, step_up
from clavis_gateway.rules.standing import Bar, Standing, bar
from clavis_gateway.store import persons


@dataclass(frozen=True, slots=True)
class Identified:
    """A person identified by a method, before it is judged whether that is enough.

    `factor` is what completed the password, `factors` what could; `amr` is what the service that
    judged says of this very key, where that differs from key to key. `since` is when an earlier
    session proved the first factor; None when all of it was proved just now.
    """

    subject_id: str
    method: Method
    enrolment_level: EnrolmentLevel | None
    factor: Factor | None = None
    factors: tuple[Factor, ...] = ()
    amr: tuple[str, ...] = ()
    since: datetime | None = None


async def settle(flow: Flow, person: Identified, evidence: Answer | None = None) -> Response:
    """Judge a finished login and lead the person on."""
    client, policy = flow.interaction.client, flow.deps.settings.level_policy
    standing = await persons.standing(flow.deps.pool, person.subject_id)
    barred = bar(standing, person.method, at_portal=client.portal)
    if barred is not None:
        return _barred(flow, barred, standing)
    required, allowed = flow.interaction.required_loa, client.allowed_methods
    loa = loa_of(person.method, person.enrolment_level, policy)
    if loa is not None and loa >= required and person.method in allowed:
        authentication = Authentication(
            subject_id=person.subject_id,
            method=person.method,
            amr=person.amr or amr_of(person.method, person.factor),
            loa=loa,
            auth_time=_auth_time(flow, person),
            enrolment_level=person.enrolment_level,
            evidence=evidence or {},
        )
        return await agree(flow, authentication)
    if step_up(person.method, person.enrolment_level, required, allowed, policy):
        first = FirstFactor(person.subject_id, person.enrolment_level, person.factors)
        return await second_factor.ask(flow, first)
    not_accepted = loa is not None and loa >= required
    reason = "not_accepted" if not_accepted else _basic(person)
    return await fall_short(flow, person.method, person.enrolment_level, reason)


# OpenID Connect Core 1.0 section 2 (auth_time): a login is as old as the older of its factors, or
# whoever holds a browser and one code would pass for a person who logged in just now.
def _auth_time(flow: Flow, person: Identified) -> datetime:
    return person.since or flow.deps.clock.now()


def _basic(person: Identified) -> str | None:
    if person.enrolment_level != "basic":
        return None
    # A device confirms what proved it: its person may well be enrolled at the advanced level.
    return texts.APP_BASIC if person.method is Method.APP else "basic_level"


def _barred(flow: Flow, barred: Bar, standing: Standing | None) -> Response:
    """Say that the identity is stopped, now that the person has proved to be its holder."""
    frozen = barred is Bar.FROZEN
    since = (standing.frozen_since if frozen else standing.status_since) if standing else None
    return flow.page(
        "barred.html", status=403, others=False, frozen=frozen, since=since,
        at_portal=flow.interaction.client.portal,
    )  # fmt: skip


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
