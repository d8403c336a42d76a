"""Every rule by which a request is refused: its stable name, what it says and what to do.

An error says what is wrong in a sentence beside the check that raises it; here that sentence has
its name. Names never change, sentences may: then the sentence changes here as well, which a test
makes sure of. docs/relying-parties/refusals.md is this table.
"""

from __future__ import annotations

from clavis_gateway.errors import OAuthError, PageFaultError
from clavis_gateway.oidc.refusals import of_clients, of_requests, of_tokens
from clavis_gateway.oidc.refusals.rule import Rule

RULES: tuple[Rule, ...] = (*of_requests.RULES, *of_clients.RULES, *of_tokens.RULES)
BY_NAME: dict[str, Rule] = {rule.name: rule for rule in RULES}
_BY_TEXT: dict[tuple[str, str], Rule] = {
    (rule.error, text): rule for rule in RULES for text in rule.texts
}


def rule_of(error: OAuthError | PageFaultError) -> str:
    """Return the stable name of the rule that an error stands for."""
    private = error.private if isinstance(error, OAuthError) else None
    public = error.description if isinstance(error, OAuthError) else error.detail
    for text in (private, public):
        rule = _BY_TEXT.get((error.code, text)) if text else None
        if rule is not None and error.rule == error.code:
            return rule.name
    return error.rule
