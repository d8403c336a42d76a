"""Why a relying party asks for each claim, in the languages of the people it asks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clavis_gateway.oidc.authlib_adapter.metadata import MetadataError
from clavis_gateway.oidc.metadata import CLAIMS_SUPPORTED
from clavis_gateway.registration.words import check_tag, check_words

MAXIMUM_CHARACTERS = 300


# GDPR art. 13(1)(c): the purpose is told when the data is obtained; OpenID Connect Core 1.0
# section 5.5 asks claim by claim, so it is told claim by claim.
def claim_purposes(value: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """Read `{claim: {language: text}}`. Raises MetadataError naming what is wrong."""
    return {claim: _texts(claim, texts) for claim, texts in value.items()}


def _texts(claim: str, texts: object) -> dict[str, str]:
    if claim not in CLAIMS_SUPPORTED:
        raise MetadataError(f"claim_purposes.{claim} is not a claim of this provider")
    if not isinstance(texts, dict) or not texts:
        raise MetadataError(f"claim_purposes.{claim} must be texts by language tag")
    member = f"claim_purposes.{claim}"
    return {
        check_tag(member, tag): check_words(f"{member}.{tag}", text, MAXIMUM_CHARACTERS)
        for tag, text in texts.items()
    }
