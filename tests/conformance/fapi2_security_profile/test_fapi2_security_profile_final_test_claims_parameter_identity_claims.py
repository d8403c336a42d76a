"""Every supported claim that the claims parameter asks for comes back, in the ID token or userinfo.

They are asked for in each form there is, and unknown ones beside them are ignored.
"""

import json
import secrets
from typing import Any

from tests.conformance.harness import checks
from tests.conformance.harness.citizen import Citizen
from tests.conformance.harness.fapi import FapiClient

STANDARD = (
    "name", "given_name", "family_name", "middle_name", "nickname", "preferred_username",
    "profile", "picture", "website", "email", "email_verified", "gender", "birthdate", "zoneinfo",
    "locale", "phone_number", "phone_number_verified", "address", "updated_at",
)  # fmt: skip
FORMS: tuple[Any, ...] = (None, {"essential": False}, {"essential": True}, {"unknown": "member"})


def test_every_supported_claim_comes_back(fapi: FapiClient, citizen: Citizen) -> None:
    supported = fapi.provider.metadata["claims_supported"]
    asked = {
        name: FORMS[number % len(FORMS)]
        for number, name in enumerate(claim for claim in STANDARD if claim in supported)
    }
    assert asked
    unknown = {secrets.token_hex(4): None, "https://suite.example/claim": {"essential": True}}
    wish = {"id_token": asked | unknown, "userinfo": asked | unknown, "elsewhere": asked}
    request = fapi.request(claims=json.dumps(wish))
    flow = fapi.complete(citizen, request)
    claims = fapi.resource_answers(fapi.resource(flow.access_token), flow)
    assert asked.keys() <= flow.id_token.keys() | claims.keys()
    assert not unknown.keys() & (flow.id_token.keys() | claims.keys())
    checks.well_formed(flow.id_token)
