"""Issuing initial access tokens: for how many registrations, until when, up to which profile."""

from __future__ import annotations

from datetime import timedelta

from clavis_kit.db import Pool
from clavis_kit.keyed_hash import sha256_hex

from clavis_gateway.records import Profile
from clavis_gateway.registration.actions import Registrar
from clavis_gateway.store import initial_access_tokens
from clavis_gateway.store.initial_access_tokens import InitialAccessToken

MAXIMUM_USES = 1000
MAXIMUM_LIFE = timedelta(days=365)
MAXIMUM_LABEL = 100


async def issue(
    registrar: Registrar,
    pool: Pool,
    *,
    label: str,
    uses: int = 1,
    life: timedelta = timedelta(days=7),
    profile: Profile = "fapi2",
) -> tuple[InitialAccessToken, str]:
    """Make a token; return what is kept, and the token, which is shown once.

    Raises ValueError with a sentence.
    """
    if not 0 < len(label) <= MAXIMUM_LABEL:
        raise ValueError(f"the label must have 1 to {MAXIMUM_LABEL} characters")
    if not 0 < uses <= MAXIMUM_USES:
        raise ValueError(f"a token has 1 to {MAXIMUM_USES} uses")
    if not timedelta(0) < life <= MAXIMUM_LIFE:
        raise ValueError(f"a token lives up to {MAXIMUM_LIFE.days} days")
    now, secret = registrar.clock.now(), registrar.new_secret()
    token = InitialAccessToken(
        registrar.new_id(), label, profile, uses, now, registrar.actor, now + life
    )
    # 256 random bits: a plain digest is enough to find it by and useless to whoever reads it.
    await initial_access_tokens.add(pool, token, sha256_hex(secret))
    return token, secret
