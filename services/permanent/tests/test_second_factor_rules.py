"""Codes of authenticator apps and printed ones by the vectors of their RFCs, and by any input."""

from datetime import UTC, datetime, timedelta

import pytest
from clavis_kit.pepper import Pepper, PepperKey
from clavis_permanent.rules.second_factors import (
    RECOVERY_ALPHABET,
    SecondFactorPolicy,
    attempts_left,
    block_after,
    canonical_recovery_code,
    hotp,
    matching_step,
    new_recovery_codes,
    otpauth_uri,
    step_at,
)
from clavis_permanent.sealing import Seal, UnreadableSecretError
from hypothesis import given
from hypothesis import strategies as st

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
RFC_SECRET = b"12345678901234567890"
RFC_SECRETS = {"sha1": RFC_SECRET, "sha256": (RFC_SECRET * 2)[:32], "sha512": (RFC_SECRET * 4)[:64]}


RFC_CODES = "755224 287082 359152 969429 338314 254676 287922 162583 399871 520489"


@pytest.mark.parametrize(
    ("count", "code"),
    list(enumerate(RFC_CODES.split())),
)
def test_rfc4226_appendix_d(count: int, code: str) -> None:
    assert hotp(RFC_SECRET, count) == code


@pytest.mark.parametrize(
    ("seconds", "hash_name", "code"),
    [
        (59, "sha1", "94287082"),
        (59, "sha256", "46119246"),
        (59, "sha512", "90693936"),
        (1111111109, "sha1", "07081804"),
        (1111111109, "sha256", "68084774"),
        (1111111109, "sha512", "25091201"),
        (1111111111, "sha1", "14050471"),
        (1234567890, "sha1", "89005924"),
        (2000000000, "sha1", "69279037"),
        (20000000000, "sha1", "65353130"),
        (20000000000, "sha256", "77737706"),
        (20000000000, "sha512", "47863826"),
    ],
)
def test_rfc6238_appendix_b(seconds: int, hash_name: str, code: str) -> None:
    step = step_at(datetime.fromtimestamp(seconds, UTC))
    assert hotp(RFC_SECRETS[hash_name], step, digits=8, hash_name=hash_name) == code


@given(typed=st.text(max_size=12))
def test_whatever_is_typed_is_matched_or_not(typed: str) -> None:
    step = matching_step(RFC_SECRET, typed.encode("utf-8", "replace").decode(), NOW, 1)
    assert step is None or hotp(RFC_SECRET, step) == typed


@given(secret=st.binary(min_size=20, max_size=20), late=st.integers(-3, 3))
def test_rfc6238_5_2_one_step_early_or_late_is_taken_and_no_more(secret: bytes, late: int) -> None:
    here = step_at(NOW)
    near = {hotp(secret, here + step): here + step for step in (-1, 0, 1)}
    typed = hotp(secret, here + late)
    assert matching_step(secret, typed, NOW, 1) == near.get(typed)


@given(failures=st.integers(0, 10_000))
def test_blocks_double_up_to_a_day(failures: int) -> None:
    policy = SecondFactorPolicy()
    block = block_after(failures, policy)
    assert (block is None) == (failures == 0 or failures % 5 != 0)
    if block is not None:
        assert timedelta(minutes=15) <= block <= timedelta(days=1)
        assert attempts_left(failures, policy) == 0


@given(
    code=st.text(st.sampled_from(RECOVERY_ALPHABET), min_size=10, max_size=10),
    cut=st.integers(0, 10),
)
def test_a_recovery_code_is_the_same_however_it_is_spelled(code: str, cut: int) -> None:
    spelled = f" {code[:cut].lower()}-{code[cut:]} ".replace("0", "o").replace("1", "l")
    assert canonical_recovery_code(spelled) == code


def test_codes_of_a_list_differ() -> None:
    numbers = iter([0] * 20 + [1] * 10 + [2] * 10)
    assert len(set(new_recovery_codes(3, lambda _: next(numbers)))) == 3


def test_the_uri_of_the_app_spells_what_it_needs() -> None:
    uri = otpauth_uri(RFC_SECRET, issuer="Mi Clave", label="Ana: casa")
    assert uri == (
        "otpauth://totp/Mi%20Clave:Ana:%20casa?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
        "&issuer=Mi%20Clave&algorithm=SHA1&digits=6&period=30"
    )


def test_a_sealed_secret_needs_its_key() -> None:
    sealed = Seal(Pepper([PepperKey("0", bytes(32))])).seal(b"secret", "ana", NOW)
    other_ring = Seal(Pepper([PepperKey("1", bytes(32))]))
    with pytest.raises(UnreadableSecretError):
        other_ring.open(sealed, "ana")
