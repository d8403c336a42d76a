"""The checks of an authorization request, in the order their errors take precedence.

The same list serves the authorization endpoint and PAR, so that both refuse alike.
"""

from __future__ import annotations

from collections.abc import Callable

from clavis_gateway.oidc.checks.acr import check_acr_possible, check_acr_values
from clavis_gateway.oidc.checks.authorization_details import check_authorization_details
from clavis_gateway.oidc.checks.claims import check_claims
from clavis_gateway.oidc.checks.draft import Draft
from clavis_gateway.oidc.checks.parameters import (
    check_length,
    check_pushed,
    check_references,
    check_repeated,
    check_request_object,
    check_signed,
)
from clavis_gateway.oidc.checks.pkce import check_dpop_jkt, check_pkce
from clavis_gateway.oidc.checks.prompt import check_id_token_hint, check_max_age, check_prompt
from clavis_gateway.oidc.checks.resource import check_resource
from clavis_gateway.oidc.checks.response import (
    check_response_mode,
    check_response_type,
    check_scope,
)

Check = Callable[[Draft], None]

#                            authorize  par
_MATRIX: tuple[tuple[Check, bool, bool], ...] = (
    (check_response_mode,    True,  True),
    (check_repeated,         True,  True),
    (check_length,           True,  True),
    (check_request_object,   True,  False),
    (check_references,       True,  True),
    (check_pushed,           True,  False),
    (check_signed,           True,  True),
    (check_response_type,    True,  True),
    (check_scope,            True,  True),
    (check_prompt,           True,  True),
    (check_max_age,          True,  True),
    (check_claims,           True,  True),
    (check_acr_values,       True,  True),
    (check_acr_possible,     True,  True),
    (check_pkce,             True,  True),
    (check_dpop_jkt,         True,  True),
    (check_id_token_hint,    True,  True),
    (check_resource,         True,  True),
    (check_authorization_details, True, True),
)  # fmt: skip

AUTHORIZE_CHECKS = tuple(check for check, at_authorize, _ in _MATRIX if at_authorize)
PAR_CHECKS = tuple(check for check, _, at_par in _MATRIX if at_par)


def run(checks: tuple[Check, ...], draft: Draft) -> None:
    """Run the checks; the first that fails speaks. Raises OAuthError."""
    for check in checks:
        check(draft)
