"""prompt=none without a session is login_required or its like; a long state comes back whole."""

import secrets

from tests.conformance.harness.basic import BasicClient
from tests.conformance.harness.citizen import Citizen

NEEDS_A_PAGE = (
    "login_required", "interaction_required", "consent_required", "account_selection_required",
)  # fmt: skip


def test_prompt_none_without_a_session_is_an_error(rp: BasicClient, newcomer: Citizen) -> None:
    request = rp.request(prompt="none", state=secrets.token_hex(64))
    rp.refused(newcomer.visit(rp.address(request)), request, *NEEDS_A_PAGE)
