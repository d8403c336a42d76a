"""Client secrets: what is kept, what holds, and how one follows another."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from clavis_gateway.rules.client_secrets import (
    MAXIMUM_OVERLAP,
    MAXIMUM_SECRETS,
    ClientSecret,
    ended,
    keyed,
    make,
    proves,
    read_stored,
    rotated,
)
from clavis_kit.keyed_hash import KeyedHash, sha256_hex

KEY = KeyedHash(b"k" * 32)
NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)
WEEK = timedelta(days=7)
OLD, NEW = "old-" + "o" * 40, "new-" + "n" * 40


def held() -> tuple[ClientSecret, ...]:
    return (make(KEY, OLD, "first", NOW - WEEK),)


def test_what_is_kept_is_not_the_secret_and_needs_the_key() -> None:
    kept = json.dumps([secret.stored() for secret in held()])
    assert OLD not in kept
    assert sha256_hex(OLD) not in kept
    assert not proves(KeyedHash(b"x" * 32), held(), OLD, NOW)


def test_during_the_overlap_both_hold_and_afterwards_one() -> None:
    both = rotated(held(), make(KEY, NEW, "second", NOW), NOW, WEEK)
    just_before, at_the_end = NOW + WEEK - timedelta(seconds=1), NOW + WEEK
    assert all(proves(KEY, both, secret, just_before) for secret in (OLD, NEW))
    assert not proves(KEY, both, OLD, at_the_end)
    assert proves(KEY, both, NEW, at_the_end)


def test_without_overlap_the_old_one_ends_at_once() -> None:
    alone = rotated(held(), make(KEY, NEW, "second", NOW), NOW, timedelta(0))
    assert [secret.secret_id for secret in alone] == ["second"]


def test_a_second_rotation_never_lengthens_the_life_of_the_first() -> None:
    once = rotated(held(), make(KEY, NEW, "second", NOW), NOW, timedelta(days=1))
    twice = rotated(once, make(KEY, "third-" + "t" * 40, "third", NOW), NOW, WEEK)
    assert [secret.expires_at for secret in twice] == [NOW + timedelta(days=1), NOW + WEEK, None]


@pytest.mark.parametrize("overlap", [timedelta(seconds=-1), MAXIMUM_OVERLAP + timedelta(seconds=1)])
def test_an_overlap_has_bounds(overlap: timedelta) -> None:
    with pytest.raises(ValueError, match="overlap"):
        rotated(held(), make(KEY, NEW, "second", NOW), NOW, overlap)


def test_secrets_do_not_pile_up() -> None:
    secrets = held()
    for number in range(MAXIMUM_SECRETS - 1):
        secrets = rotated(secrets, make(KEY, NEW, str(number), NOW), NOW, WEEK)
    with pytest.raises(ValueError, match="end one first"):
        rotated(secrets, make(KEY, NEW, "too many", NOW), NOW, WEEK)
    assert len(rotated(secrets, make(KEY, NEW, "later", NOW), NOW + WEEK, WEEK)) == 2


def test_one_is_ended_by_its_identifier() -> None:
    both = rotated(held(), make(KEY, NEW, "second", NOW), NOW, WEEK)
    assert not proves(KEY, ended(both, "first"), OLD, NOW)
    with pytest.raises(ValueError, match="no secret"):
        ended(both, "third")


def test_a_bare_digest_still_verifies_and_comes_under_the_key_without_the_secret() -> None:
    legacy = read_stored([], sha256_hex(OLD))
    assert proves(KEY, legacy, OLD, NOW)
    assert not proves(KEY, legacy, NEW, NOW)
    brought = keyed(KEY, legacy)
    assert brought[0].mac == make(KEY, OLD, "any", NOW).mac
    assert proves(KEY, brought, OLD, NOW)


def test_the_stored_form_reads_back_as_it_was() -> None:
    both = rotated(held(), make(KEY, NEW, "second", NOW), NOW, WEEK)
    assert read_stored([secret.stored() for secret in both], None) == both
