"""What is wrong with a code or a refresh token that a client presents. Pure; no Authlib in it.

Each fault is a rule of the refusal catalogue. The wire hears `invalid_grant` for all of them.
"""

from __future__ import annotations

from clavis_gateway.oidc.authlib_adapter.cases import Case
from clavis_gateway.rules.refreshing import Use, use_of


# RFC 6749 section 4.1.3: not expired, issued to this client, never used before.
# RFC 9449 section 10: a code bound to a key needs a proof by that key.
def code_fault(case: Case) -> str | None:
    """Name the rule that the code breaks; None: it is good."""
    found, grant = case.code, case.grant
    if found is None or grant is None:
        return "code"
    broken = {
        "code_of_another": grant.client_id != case.client.client_id,
        "code_used": found.consumed_at is not None,
        "code_expired": found.expires_at <= case.now,
        "grant_over": grant.revoked_at is not None,
        "code_key": found.dpop_jkt not in (None, case.jkt),
    }
    return _first(broken)


# RFC 6749 section 6: valid, issued to this client. RFC 9449 section 5 and RFC 8705 section 4: that
# of a public client is bound to a key or a certificate.
def refresh_token_fault(case: Case) -> str | None:
    """Name the rule that the refresh token breaks; None: it is good."""
    found, grant = case.refresh_token, case.grant
    if found is None or grant is None:
        return "refresh_token"
    use = use_of(
        consumed_at=found.consumed_at,
        retried_at=found.retried_at,
        succeeded_at=found.succeeded_at,
        now=case.now,
        grace=case.grace,
    )
    broken = {
        "refresh_token_of_another": grant.client_id != case.client.client_id,
        "refresh_token_reused": use is Use.REPLAY,
        "refresh_token_expired": found.expires_at <= case.now,
        "grant_over": grant.revoked_at is not None,
        "refresh_token_key": found.jkt not in (None, case.jkt) or found.x5t not in (None, case.x5t),
    }
    return _first(broken)


def _first(broken: dict[str, bool]) -> str | None:
    return next((rule for rule, is_broken in broken.items() if is_broken), None)
