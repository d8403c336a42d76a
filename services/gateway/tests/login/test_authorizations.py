"""What a person approves is said in words, for every type that can be asked."""

from __future__ import annotations

import base64
import gettext
import hashlib

from clavis_gateway.login.authorizations import WORDS, fingerprint_of, lines
from clavis_gateway.login.i18n import Language
from clavis_gateway.oidc.authorization_details import TYPES

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
