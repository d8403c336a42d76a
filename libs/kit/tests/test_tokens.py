"""Service tokens (RFC 7519) and access tokens (RFC 9068), with key sets read over HTTP."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from clavis_kit.access_tokens import AccessTokenVerifier, require_loa, require_recent
from clavis_kit.clock import FrozenClock
from clavis_kit.errors import ServiceError
from clavis_kit.loa import Loa
from clavis_kit.service_tokens import JwksCache, ServiceTokenSigner, ServiceTokenVerifier
from cryptography.hazmat.primitives.asymmetric import ec
from fastapi import FastAPI
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
JWKS = "http://gateway.test/jwks"


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock(NOW)


@pytest.fixture
def signer(clock: FrozenClock) -> ServiceTokenSigner:
    return ServiceTokenSigner("gateway", ec.generate_private_key(ec.SECP256R1()), clock)


@pytest.fixture
async def keys(signer: ServiceTokenSigner) -> AsyncIterator[JwksCache]:
    app = FastAPI()

    @app.get("/jwks")
    async def jwks() -> dict[str, Any]:
        return signer.jwks

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app)) as http:
        yield JwksCache(http)


@pytest.fixture
def verifier(keys: JwksCache, clock: FrozenClock) -> ServiceTokenVerifier:
    return ServiceTokenVerifier("pin", {"gateway": JWKS}, keys, clock)


async def test_a_callee_knows_its_caller(
    signer: ServiceTokenSigner, verifier: ServiceTokenVerifier
) -> None:
    assert await verifier.verify(signer.token("pin")) == "gateway"


async def test_a_token_for_another_service_is_refused(
    signer: ServiceTokenSigner, verifier: ServiceTokenVerifier
) -> None:
    with pytest.raises(ServiceError) as refused:
        await verifier.verify(signer.token("permanent"))
    assert (refused.value.status, refused.value.private) == (401, "wrong audience")


async def test_a_token_dies_after_a_minute(
    signer: ServiceTokenSigner, verifier: ServiceTokenVerifier, clock: FrozenClock
) -> None:
    token = signer.token("pin")
    clock.advance(timedelta(seconds=71))
    with pytest.raises(ServiceError):
        await verifier.verify(token)
    assert await verifier.verify(signer.token("pin")) == "gateway"


async def test_a_token_that_was_right_is_not_right_for_ever(
    signer: ServiceTokenSigner, verifier: ServiceTokenVerifier, clock: FrozenClock
) -> None:
    token = signer.token("pin")
    assert await verifier.verify(token) == "gateway"
    clock.advance(timedelta(seconds=71))
    with pytest.raises(ServiceError) as refused:
        await verifier.verify(token)
    assert refused.value.private == "expired or too long-lived"


class Keys:
    """Keys that can be replaced, as those of an address are when it is asked anew."""

    def __init__(self, *keys: ECKey) -> None:
        self.now = KeySet(list(keys))

    async def get(self, _: str, __: str | None) -> KeySet:
        return self.now


async def test_a_token_that_was_right_does_not_outlive_its_key(
    signer: ServiceTokenSigner, clock: FrozenClock
) -> None:
    other = ECKey.generate_key("P-256")
    keys = Keys(signer.key, other)
    verifier = ServiceTokenVerifier("pin", {"gateway": JWKS}, keys, clock)
    token = signer.token("pin")
    assert await verifier.verify(token) == "gateway"
    keys.now = KeySet([other])
    with pytest.raises(ServiceError) as refused:
        await verifier.verify(token)
    assert refused.value.private == "bad signature"


async def test_a_signature_is_worked_out_once_and_only_for_the_very_token(
    signer: ServiceTokenSigner, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    worked_out: list[str] = []
    decode = jwt.decode

    def counted(token: str, *rest: Any, **more: Any) -> Any:
        worked_out.append(token)
        return decode(token, *rest, **more)

    monkeypatch.setattr("clavis_kit.service_tokens.jwt.decode", counted)
    verifier = ServiceTokenVerifier("pin", {"gateway": JWKS}, Keys(signer.key), clock)
    token = signer.token("pin")
    for _ in range(3):
        assert await verifier.verify(token) == "gateway"
    assert worked_out == [token]
    head, _, signature = token.rpartition(".")
    forged = f"{head}.{'A' if signature[0] != 'A' else 'B'}{signature[1:]}"
    with pytest.raises(ServiceError) as refused:
        await verifier.verify(forged)
    assert refused.value.private == "bad signature"


async def test_only_so_many_tokens_are_remembered(
    signer: ServiceTokenSigner, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("clavis_kit.service_tokens.REMEMBERED_TOKENS", 2)
    verifier = ServiceTokenVerifier("pin", {"gateway": JWKS}, Keys(signer.key), clock)
    tokens = []
    for _ in range(4):
        clock.advance(timedelta(seconds=31))
        tokens.append(signer.token("pin"))
        assert await verifier.verify(tokens[-1]) == "gateway"
    assert list(verifier._verified) == tokens[-2:]


@pytest.mark.parametrize("token", ["", "a.b.c", "eyJhbGciOiJub25lIn0.e30.", "." * 50, "é.é.é"])
async def test_rubbish_is_refused(verifier: ServiceTokenVerifier, token: str) -> None:
    with pytest.raises(ServiceError) as refused:
        await verifier.verify(token)
    assert refused.value.status == 401


async def test_a_stranger_signing_as_a_caller_is_refused(
    verifier: ServiceTokenVerifier, clock: FrozenClock
) -> None:
    stranger = ServiceTokenSigner("gateway", ec.generate_private_key(ec.SECP256R1()), clock)
    with pytest.raises(ServiceError) as refused:
        await verifier.verify(stranger.token("pin"))
    assert refused.value.private == "bad signature"


def access_token(key: ECKey, typ: str = "at+jwt", **changes: Any) -> str:
    claims = {
        "iss": "http://gateway.test", "sub": "s-1", "aud": ["clavis-registry", "clavis-signing"],
        "client_id": "portal", "iat": int(NOW.timestamp()), "exp": int(NOW.timestamp()) + 300,
        "acr": Loa.LOW.acr, "amr": ["pwd"], "auth_time": int(NOW.timestamp()), **changes,
    }  # fmt: skip
    return jwt.encode({"alg": "ES256", "typ": typ, "kid": key.thumbprint()}, claims, key)


@pytest.fixture
def access(keys: JwksCache, clock: FrozenClock) -> AccessTokenVerifier:
    return AccessTokenVerifier(
        issuer="http://gateway.test", jwks_url=JWKS, audience="clavis-registry", keys=keys,
        clock=clock,
    )  # fmt: skip


async def test_rfc9068_4_a_good_access_token(
    signer: ServiceTokenSigner, access: AccessTokenVerifier
) -> None:
    token = await access.verify(access_token(signer.key))
    assert (token.subject_id, token.client_id, token.loa) == ("s-1", "portal", Loa.LOW)


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "http://evil.test"},
        {"aud": "clavis-pin"},
        {"exp": int(NOW.timestamp()) - 60},
        {"exp": "soon"},
        {"sub": None},
        {"client_id": 7},
    ],
)
async def test_rfc9068_4_a_wrong_claim_is_refused(
    signer: ServiceTokenSigner, access: AccessTokenVerifier, changes: dict[str, Any]
) -> None:
    with pytest.raises(ServiceError) as refused:
        await access.verify(access_token(signer.key, **changes))
    assert refused.value.status == 401


async def test_rfc9068_4_an_id_token_is_no_access_token(
    signer: ServiceTokenSigner, access: AccessTokenVerifier
) -> None:
    with pytest.raises(ServiceError):
        await access.verify(access_token(signer.key, typ="JWT"))


async def test_rfc9470_3_too_low_a_level_names_the_level_to_come_back_with(
    signer: ServiceTokenSigner, access: AccessTokenVerifier
) -> None:
    token = await access.verify(access_token(signer.key))
    with pytest.raises(ServiceError) as refused:
        require_loa(token, Loa.SUBSTANTIAL)
    challenge = refused.value.headers["WWW-Authenticate"]
    assert 'error="insufficient_user_authentication"' in challenge
    assert Loa.SUBSTANTIAL.acr in challenge


@pytest.mark.parametrize("changes", [{"auth_time": int(NOW.timestamp()) - 306}, {"auth_time": "x"}])
async def test_rfc9470_3_too_old_a_login_names_the_age_to_come_back_with(
    signer: ServiceTokenSigner, access: AccessTokenVerifier, changes: dict[str, Any]
) -> None:
    token = await access.verify(access_token(signer.key, **changes))
    with pytest.raises(ServiceError) as refused:
        require_recent(token, NOW, timedelta(minutes=5))
    assert refused.value.status == 401
    assert 'max_age="300"' in refused.value.headers["WWW-Authenticate"]


async def test_rfc9470_3_a_login_of_just_now_is_recent(
    signer: ServiceTokenSigner, access: AccessTokenVerifier
) -> None:
    token = await access.verify(access_token(signer.key, auth_time=int(NOW.timestamp()) - 300))
    require_recent(token, NOW, timedelta(minutes=5))
