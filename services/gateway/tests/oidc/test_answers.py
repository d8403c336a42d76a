"""Signed and encrypted answers: ID tokens, userinfo, introspection; read by jwcrypto."""

from __future__ import annotations

import asyncio
import json
import threading
from typing import Any

import pytest
from clavis_gateway.oidc.authlib_adapter.metadata import MetadataError
from clavis_gateway.oidc.encryption import choose
from clavis_gateway.oidc.metadata import ENCRYPTION_ALGS, ENCRYPTION_ENCS, SIGNING_ALGS
from clavis_kit.ids import new_id
from clavis_kit.jwks import import_key_set
from jwcrypto import jwe, jwk

from services.gateway.tests.oidc.gateway_world import ISSUER, SECRET, World
from services.gateway.tests.oidc.independent import parts, verified

RSA = jwk.JWK.generate(kty="RSA", size=2048, kid="rsa", use="enc")
EC = jwk.JWK.generate(kty="EC", crv="P-256", kid="ec", use="enc")
SIGNING = jwk.JWK.generate(kty="EC", crv="P-256", kid="sig", use="sig")
KEYS = {"keys": [key.export_public(as_dict=True) for key in (SIGNING, RSA, EC)]}
JWT = "application/token-introspection+jwt"


def opened(token: str, alg: str, enc: str) -> str:
    """Decrypt with another library than the one that encrypted."""
    sealed = jwe.JWE(algs=[alg, enc])
    sealed.deserialize(token, RSA if alg.startswith("RSA") else EC)
    header = json.loads(sealed.objects["protected"])
    assert (header["alg"], header["enc"]) == (alg, enc)
    assert header["kid"] in {"rsa", "ec"}
    text: bytes = sealed.payload
    return text.decode()


@pytest.mark.parametrize("alg", ENCRYPTION_ALGS)
@pytest.mark.parametrize("enc", ENCRYPTION_ENCS)
async def test_core_16_14_an_id_token_is_signed_then_encrypted(
    world: World, alg: str, enc: str
) -> None:
    await world.register(
        jwks=KEYS, id_token_encrypted_response_alg=alg, id_token_encrypted_response_enc=enc
    )
    inner = opened((await world.tokens(nonce="n"))["id_token"], alg, enc)
    claims = verified(inner, await world.jwks())
    assert (claims["iss"], claims["aud"], claims["nonce"]) == (ISSUER, "demo-web", "n")


async def test_registration_2_content_encryption_defaults_to_a128cbc_hs256(world: World) -> None:
    await world.register(jwks=KEYS, id_token_encrypted_response_alg="ECDH-ES")
    opened((await world.tokens())["id_token"], "ECDH-ES", "A128CBC-HS256")


@pytest.mark.parametrize("alg", SIGNING_ALGS)
async def test_core_5_3_2_userinfo_signed_for_who_registered_it(world: World, alg: str) -> None:
    await world.register(userinfo_signed_response_alg=alg)
    tokens = await world.tokens(scope="openid email")
    response = await world.userinfo(tokens["access_token"])
    assert response.headers["content-type"] == "application/jwt"
    assert response.headers["cache-control"] == "no-store"
    claims = verified(response.text, await world.jwks())
    assert parts(response.text)[0]["alg"] == alg
    assert (claims["iss"], claims["aud"]) == (ISSUER, "demo-web")
    assert claims["sub"] == parts(tokens["id_token"])[1]["sub"]
    assert claims["email"] == "alba@example.test"


async def test_core_5_3_2_userinfo_signed_and_encrypted_is_nested(world: World) -> None:
    await world.register(
        jwks=KEYS, userinfo_signed_response_alg="ES256",
        userinfo_encrypted_response_alg="RSA-OAEP-256", userinfo_encrypted_response_enc="A256GCM",
    )  # fmt: skip
    response = await world.userinfo((await world.tokens())["access_token"])
    assert response.headers["content-type"] == "application/jwt"
    claims = verified(opened(response.text, "RSA-OAEP-256", "A256GCM"), await world.jwks())
    assert claims["aud"] == "demo-web"


async def test_core_5_3_2_userinfo_encrypted_alone_holds_the_claims(world: World) -> None:
    await world.register(jwks=KEYS, userinfo_encrypted_response_alg="ECDH-ES+A256KW")
    response = await world.userinfo((await world.tokens())["access_token"])
    claims = json.loads(opened(response.text, "ECDH-ES+A256KW", "A128CBC-HS256"))
    assert (claims["iss"], claims["aud"]) == (ISSUER, "demo-web")
    assert claims["sub"]


async def introspected(world: World, token: str, accept: str) -> Any:
    return await world.http.post(
        "/introspect", data={"token": token}, auth=("demo-web", SECRET), headers={"Accept": accept}
    )


async def test_rfc9701_5_the_answer_is_a_jwt_for_who_asks_for_one(world: World) -> None:
    await world.register(introspection_signed_response_alg="PS256")
    token = (await world.tokens())["access_token"]
    response = await introspected(world, token, f"application/json;q=0.1, {JWT}")
    assert response.headers["content-type"] == JWT
    header, _ = parts(response.text)
    assert (header["typ"], header["alg"]) == ("token-introspection+jwt", "PS256")
    claims = verified(response.text, await world.jwks())
    assert claims.keys() == {"iss", "aud", "iat", "token_introspection"}
    assert (claims["iss"], claims["aud"]) == (ISSUER, "demo-web")
    assert claims["token_introspection"]["active"] is True
    assert claims["token_introspection"] == await world.introspect(token)


async def test_rfc9701_5_a_dead_token_is_told_as_a_jwt_too(world: World) -> None:
    await world.register(introspection_signed_response_alg="ES256")
    response = await introspected(world, "nonsense", JWT)
    claims = verified(response.text, await world.jwks())
    assert claims["token_introspection"] == {"active": False}


async def test_rfc9701_6_introspection_can_be_encrypted(world: World) -> None:
    await world.register(
        jwks=KEYS, introspection_signed_response_alg="ES256",
        introspection_encrypted_response_alg="ECDH-ES",
        introspection_encrypted_response_enc="A256GCM",
    )  # fmt: skip
    response = await introspected(world, (await world.tokens())["access_token"], JWT)
    claims = verified(opened(response.text, "ECDH-ES", "A256GCM"), await world.jwks())
    assert claims["token_introspection"]["active"] is True


@pytest.mark.parametrize("accept", ["*/*", "application/json", f"{JWT};q=0", ""])
async def test_rfc7662_2_2_everyone_else_gets_json(world: World, accept: str) -> None:
    await world.register()
    response = await introspected(world, "nonsense", accept)
    assert response.headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    "wrong",
    [
        {"id_token_encrypted_response_alg": "RSA1_5"},
        {"userinfo_encrypted_response_alg": "dir"},
        {"introspection_encrypted_response_alg": "A128KW"},
        {"id_token_encrypted_response_enc": "A256GCM"},
        {"authorization_encrypted_response_alg": "ECDH-ES",
         "authorization_encrypted_response_enc": "A192GCM"},
        {"userinfo_signed_response_alg": "none"},
        {"introspection_signed_response_alg": "HS256"},
        {"id_token_encrypted_response_alg": "ECDH-ES", "jwks": {
            "keys": [SIGNING.export_public(as_dict=True)]}},
        {"id_token_encrypted_response_alg": "ECDH-ES", "jwks": None},
    ],
)  # fmt: skip
async def test_registration_2_what_could_never_be_answered_is_not_registered(
    world: World, wrong: dict[str, Any]
) -> None:
    with pytest.raises(MetadataError):
        await world.register(**({"jwks": KEYS} | wrong))


def test_rfc7517_4_2_a_key_for_signatures_never_encrypts() -> None:
    sig, rsa, ec = KEYS["keys"]
    assert choose(import_key_set({"keys": [sig]}), "ECDH-ES") is None
    assert choose(import_key_set({"keys": [rsa]}), "ECDH-ES") is None
    other = {name: value for name, value in ec.items() if name != "use"} | {"kid": "unnamed"}
    chosen = choose(import_key_set({"keys": [sig, other, ec]}), "ECDH-ES")
    assert chosen is not None
    assert chosen.kid == "ec", "the key meant for it goes first"
    only = choose(import_key_set({"keys": [rsa | {"alg": "RSA-OAEP"}]}), "RSA-OAEP-256")
    assert only is None, "a key bound to another algorithm"


async def test_jarm_2_2_an_authorization_response_can_be_encrypted(world: World) -> None:
    await world.register(
        jwks=KEYS, authorization_signed_response_alg="EdDSA",
        authorization_encrypted_response_alg="ECDH-ES",
    )  # fmt: skip
    started = await world.authorize(response_mode="jwt")
    target = await world.complete(started, new_id())
    inner = opened(target.params["response"], "ECDH-ES", "A128CBC-HS256")
    claims = verified(inner, await world.jwks())
    assert (claims["iss"], claims["aud"], claims["state"]) == (ISSUER, "demo-web", "st4te")
    assert (await world.exchange(claims["code"])).status_code == 200


@pytest.mark.parametrize(
    "how",
    [
        {"id_token_signed_response_alg": "RS256"},
        {"id_token_signed_response_alg": "PS256"},
        {
            "id_token_signed_response_alg": "ES256",
            "id_token_encrypted_response_alg": "RSA-OAEP-256",
        },
    ],
)
async def test_rsa_that_is_overloaded_sheds_and_burns_nothing(
    world: World, how: dict[str, str]
) -> None:
    await world.register(jwks=KEYS, **how)
    code = await world.code()
    free, busy = threading.Event(), world.deps.keys.rsa
    waiting = [asyncio.create_task(busy.run(free.wait)) for _ in range(busy._limit)]
    await asyncio.sleep(0)
    shed = await world.exchange(code)
    free.set()
    await asyncio.gather(*waiting)
    assert shed.status_code == 503
    assert shed.headers["retry-after"]
    assert (await world.exchange(code)).status_code == 200, "the code is still good"


async def test_signing_for_the_default_never_waits_for_rsa(world: World) -> None:
    await world.register(id_token_signed_response_alg="EdDSA", audiences=["https://api.test"])
    code = await world.code()
    free, busy = threading.Event(), world.deps.keys.rsa
    waiting = [asyncio.create_task(busy.run(free.wait)) for _ in range(busy._limit)]
    await asyncio.sleep(0)
    answered = await world.exchange(code)
    free.set()
    await asyncio.gather(*waiting)
    assert answered.status_code == 200
