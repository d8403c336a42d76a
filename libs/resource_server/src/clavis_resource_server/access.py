"""What a verified token says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Access:
    """Who uses the API through which client, and how they logged in.

    `subject` is the client itself where nobody logged in (client_credentials).
    """

    subject: str
    client_id: str
    scopes: frozenset[str]
    acr: str | None
    auth_time: int | None
    claims: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def confirmation(self) -> Mapping[str, Any]:
        """The key the token is bound to (RFC 7800); empty for a bearer token."""
        found = self.claims.get("cnf")
        return found if isinstance(found, dict) else {}


def access_of(claims: Mapping[str, Any]) -> Access | None:
    """Read the claims of a token; None when they are not those of an access token.

    RFC 9068 section 2.2 and RFC 7662 section 2.2 name them alike.
    """
    subject, client_id = claims.get("sub"), claims.get("client_id")
    scope = claims.get("scope", "")
    if not (isinstance(subject, str) and isinstance(client_id, str) and isinstance(scope, str)):
        return None
    acr, auth_time = claims.get("acr"), claims.get("auth_time")
    return Access(
        subject=subject,
        client_id=client_id,
        scopes=frozenset(scope.split()),
        acr=acr if isinstance(acr, str) else None,
        auth_time=auth_time if is_time(auth_time) else None,
        claims=claims,
    )


def is_time(value: object) -> bool:
    """Say whether a value is a whole number of seconds."""
    return isinstance(value, int) and not isinstance(value, bool)
