"""Whether and when the person must act."""

from __future__ import annotations

from clavis_gateway.errors import invalid_request
from clavis_gateway.oidc.checks.draft import Draft
from clavis_gateway.oidc.metadata import PROMPTS

MAX_MAX_AGE = 10 * 365 * 24 * 3600


# OpenID Connect Core 1.0 section 3.1.2.1: none stands alone. Initiating User Registration 1.0
# section 4.1 adds create; section 4.1.1 leaves an unknown value to invalid_request.
def check_prompt(draft: Draft) -> None:
    """Accept none, login, consent, select_account, create."""
    prompt = tuple(dict.fromkeys((draft.get("prompt") or "").split()))
    if not set(prompt) <= set(PROMPTS):
        raise invalid_request("The prompt is not supported.")
    if "none" in prompt and len(prompt) > 1:
        raise invalid_request("The prompt none cannot be combined.")
    draft.prompt = prompt


# OpenID Connect Core 1.0 section 3.1.2.1; the client's default_max_age stands in when absent.
def check_max_age(draft: Draft) -> None:
    """Accept a whole number of seconds."""
    value = draft.get("max_age")
    if value is None:
        default = draft.client.metadata.get("default_max_age")
        draft.max_age = default if isinstance(default, int) else None
        return
    if not (value.isascii() and value.isdigit()) or len(value) > len(str(MAX_MAX_AGE)):
        raise invalid_request("The max_age is not a number of seconds.")
    draft.max_age = min(int(value), MAX_MAX_AGE)


# OpenID Connect Core 1.0 section 3.1.2.2: a hint is an ID token of ours for somebody.
def check_id_token_hint(draft: Draft) -> None:
    """Read whom the client expects; an expired hint is as good as a fresh one."""
    hint = draft.get("id_token_hint")
    if hint is None:
        return
    claims = draft.read_hint(hint)
    if claims is None or not isinstance(claims.get("sub"), str):
        raise invalid_request("The id_token_hint is not an ID token of this issuer.")
    audience = claims.get("aud")
    if draft.client.client_id not in (audience if isinstance(audience, list) else [audience]):
        raise invalid_request("The id_token_hint was issued to another client.")
    if draft.hinted_sub not in (None, claims["sub"]):
        raise invalid_request("The id_token_hint and the claims parameter name two people.")
    draft.hinted_sub = claims["sub"]
