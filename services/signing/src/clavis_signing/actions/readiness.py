"""Whether a person can sign now, and whether that takes a new certificate."""

from dataclasses import dataclass
from datetime import datetime

from clavis_kit.db import Connection

from clavis_signing import rules
from clavis_signing.clients import CertificateHolder
from clavis_signing.deps import Deps
from clavis_signing.errors import identity_ended
from clavis_signing.rules import Evidence, Obstacle, PersonStatus, Standing
from clavis_signing.store.certificates import CertificateStore, Credential
from clavis_signing.store.people import PeopleStore


@dataclass(frozen=True)
class Readiness:
    """What stands between a person and a signature."""

    evidence: Evidence
    obstacles: tuple[Obstacle, ...]
    credential: Credential | None
    standing: Standing
    will_issue: bool


async def assess(deps: Deps, db: Connection, subject_id: str) -> Readiness:
    """Judge a person by what is known here. Raises identity-ended (403) for an ended identity."""
    now = deps.clock.now()
    signatory = await PeopleStore(db).signatory(subject_id, now)
    evidence = signatory.evidence
    if evidence.status not in {None, PersonStatus.REGISTERED}:
        raise identity_ended()
    obstacles = find_obstacles(deps, evidence, now)
    credential = await CertificateStore(db).active(subject_id)
    # A password chosen after the key was sealed cannot open it.
    opens = bool(
        credential
        and signatory.password_changed_at
        and signatory.password_changed_at <= credential.issued_at
    )
    return Readiness(
        evidence=evidence,
        obstacles=obstacles,
        credential=credential,
        standing=rules.standing(credential.not_after if credential else None, now),
        will_issue=not obstacles and must_issue(deps, evidence, credential, now, opens=opens),
    )


def find_obstacles(deps: Deps, evidence: Evidence, now: datetime) -> tuple[Obstacle, ...]:
    """Apply the eligibility rules with this deployment's settings."""
    minors_may_sign = deps.settings.minors_may_sign
    return tuple(rules.obstacles(evidence, now, minors_may_sign=minors_may_sign))


def evidence_of(holder: CertificateHolder, now: datetime) -> Evidence:
    """Read the registry's description as evidence; the password was judged just before."""
    return Evidence(
        status=holder.status,
        advanced=holder.level == "advanced",
        password_active=True,
        last_strong_identification_at=holder.last_strong_identification_at,
        document_expires_on=holder.document_expires_on,
        minor=rules.is_minor(holder.birth_date, now.date()),
    )


def must_issue(
    deps: Deps, evidence: Evidence, credential: Credential | None, now: datetime, *, opens: bool
) -> bool:
    """Say whether an eligible person needs a new certificate to sign now."""
    ends = credential.not_after if credential else None
    return rules.must_issue(ends, new_end(deps, evidence, now), now, opens=opens)


def new_end(deps: Deps, evidence: Evidence, now: datetime) -> datetime:
    """Return the end of a certificate issued now to an eligible person."""
    return rules.not_after(
        evidence,
        now,
        profile_years=deps.settings.certificate_years,
        issuer_not_after=deps.authority.not_after,
    )
