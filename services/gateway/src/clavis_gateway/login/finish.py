"""The end of a login: enough, one factor short, or short for good; then what is sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from starlette.responses import Response

from clavis_gateway import interactions
from clavis_gateway.interactions import Authentication
from clavis_gateway.login import second_factor, texts
from clavis_gateway.login.clients.sibling import Answer
from clavis_gateway.login.flow import Flow
from clavis_gateway.login.last_access import last_access
from clavis_gateway.login.outcomes import fall_short
from clavis_gateway.login.progress import FirstFactor
from clavis_gateway.rules import disclosure
from clavis_gateway.rules.levels import EnrolmentLevel, Factor, Method, amr_of
from clavis_gateway.rules.policy import Outcome, Why, judge
from clavis_gateway.rules.standing import Bar, Standing, bar
from clavis_gateway.store import disclosures, persons


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
    verdict = judge(
        person.method, person.enrolment_level, flow.interaction.demand, client.terms, policy
    )
    if verdict.outcome is Outcome.ALLOWED and verdict.reached is not None:
        authentication = Authentication(
            subject_id=person.subject_id,
            method=person.method,
            amr=person.amr or amr_of(person.method, person.factor),
            loa=verdict.reached,
            auth_time=_auth_time(flow, person),
            enrolment_level=person.enrolment_level,
            evidence=evidence or {},
        )
        return await agree(flow, authentication)
    if verdict.outcome is Outcome.STEP_UP:
        first = FirstFactor(person.subject_id, person.enrolment_level, person.factors)
        return await second_factor.ask(flow, first)
    reason = "not_accepted" if verdict.why is Why.METHOD else _basic(person)
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
    flow = await flow.remember(flow.progress.with_authentication(authentication))
    if await _untold(flow, authentication.subject_id):
        return flow.to("/data")
    # The page of data tells it where there is one; else the page that leads back does.
    last = await last_access(flow, authentication.subject_id)
    return await complete(flow, authentication, last)


async def _untold(flow: Flow, subject_id: str) -> bool:
    """Say whether the service would receive what this person was not told of."""
    interaction = flow.interaction

    def must_show(shown: frozenset[str]) -> bool:
        return disclosure.must_show(
            interaction.requested_claims,
            shown,
            asked_for=interaction.consent_asked,
            first_party=interaction.client.first_party,
            details=bool(interaction.authorization_details),
        )

    # Who asks for nothing personal, or is our own, needs no look-up.
    return must_show(frozenset()) and must_show(
        await disclosures.disclosed_claims(flow.deps.pool, subject_id, interaction.client.client_id)
    )


async def complete(
    flow: Flow, authentication: Authentication, last: dict[str, object] | None = None
) -> Response:
    """Answer the relying party, telling on the way when the person logged in before."""
    target = await interactions.complete_interaction(
        flow.deps, flow.interaction.interaction_id, authentication
    )
    return flow.login.pages.returning(flow.request, target, language=flow.language, last=last)
