"""What a person approves is said in words, for every type that can be asked."""

from __future__ import annotations

import base64
import gettext
import hashlib
import json

from clavis_gateway.login.authorizations import WORDS, fingerprint_of, lines
from clavis_gateway.login.i18n import Language
from clavis_gateway.oidc.authorization_details import TYPES

from services.gateway.tests.login.login_world import ANA, PASSWORD, Browser
from services.gateway.tests.oidc.gateway_world import SECRET

SPANISH = Language("es", "Español", gettext.NullTranslations())
CONTRACT = hashlib.sha256(b"a contract").digest()
DOCUMENT = {"hash": base64.b64encode(CONTRACT).decode(), "label": "Contrato"}


def test_rfc9396_12_every_type_has_words() -> None:
    assert WORDS.keys() == TYPES.keys()


def test_rfc9396_12_a_signature_names_each_document() -> None:
    one = {"type": "credential", "credentialID": "x", "documentDigests": [DOCUMENT]}
    two = one | {"documentDigests": [DOCUMENT, DOCUMENT | {"label": "Anexo"}]}
    assert lines([one], SPANISH)[0] == "Firmar un documento con su certificado:"
    said = lines([two], SPANISH)
    assert said[0] == "Firmar 2 documentos con su certificado:"
    assert [label in line for label, line in zip(("Contrato", "Anexo"), said[1:], strict=True)] == [
        True, True,
    ]  # fmt: skip


def test_a_fingerprint_is_the_beginning_of_the_digest() -> None:
    said = fingerprint_of(DOCUMENT["hash"])
    assert CONTRACT.hex().startswith(said.replace(" ", ""))
    assert len(said.split()) == 4


async def test_rfc9396_12_the_person_reads_it_before_it_is_given(browser: Browser) -> None:
    details = [
        {
            "type": "credential",
            "credentialID": "x",
            "hashAlgorithmOID": "2.16.840.1.101.3.4.2.1",
            "documentDigests": [DOCUMENT, DOCUMENT | {"label": "Anexo <b>&"}],
        }
    ]
    await browser.world.register(
        "signer", authorization_details_types=["credential"], scope="openid"
    )
    pushed = await browser.world.http.post(
        "/par",
        data={
            "response_type": "code", "scope": "openid",
            "redirect_uri": "https://rp.test/callback",
            "authorization_details": json.dumps(details),
        },
        auth=("signer", SECRET),
    )  # fmt: skip
    await browser.authorize(client_id="signer", request_uri=pushed.json()["request_uri"])
    await browser.press("method-permanent")
    await browser.press("continue", identifier=ANA, password=PASSWORD)
    assert browser.path.endswith("/data"), "nothing is given before it was read"
    page = browser.response.text
    assert "Firmar 2 documentos con su certificado:" in page
    assert "«Contrato», de huella" in page
    assert "Anexo &lt;b&gt;&amp;" in page, "labels are text"
    assert fingerprint_of(DOCUMENT["hash"]) in page
    await browser.press("continue")
    tokens = await browser.world.exchange(browser.landing["code"], auth=("signer", SECRET))
    assert tokens.json()["authorization_details"] == details
