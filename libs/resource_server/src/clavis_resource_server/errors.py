"""Refusals, with the challenge that tells the client what to come back with."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import HTTPException

_TOKEN, _LEVEL, _SCOPE = "invalid_token", "insufficient_user_authentication", "insufficient_scope"


class TokenRefused(HTTPException):
    """A request that is not let in. `error` is the code of the standard; None: no token came."""

    def __init__(
        self, status: int, error: str | None, text: str, headers: Mapping[str, str]
    ) -> None:
        """Answer with a status, the challenge among the headers, and one sentence."""
        super().__init__(status, text, dict(headers))
        self.error = error


class Challenge:
    """Writes challenges of one scheme (RFC 6750 section 3; RFC 9449 section 7.1)."""

    def __init__(self, scheme: str, algorithms: tuple[str, ...], metadata_url: str | None) -> None:
        """Use a scheme; `metadata_url` is where RFC 9728 says more."""
        self._scheme = scheme
        self._always = {}
        if scheme == "DPoP":
            self._always["algs"] = " ".join(algorithms)
        if metadata_url:
            self._always["resource_metadata"] = metadata_url

    def missing(self) -> TokenRefused:
        """Refuse a request without a token: no error code is told (RFC 6750 section 3.1)."""
        return self._refuse(401, None, "An access token is needed.")

    def malformed(self, text: str) -> TokenRefused:
        """Refuse a request that is not one."""
        return self._refuse(400, "invalid_request", text)

    def invalid(self, text: str = "The access token is not valid.") -> TokenRefused:
        """Refuse a token that is expired, revoked, of somebody else or for somebody else."""
        return self._refuse(401, _TOKEN, text)

    def proof(self, text: str) -> TokenRefused:
        """Refuse a DPoP proof (RFC 9449 section 7.1)."""
        return self._refuse(401, "invalid_dpop_proof", text)

    def scope(self, needed: frozenset[str]) -> TokenRefused:
        """Refuse a token that opens something else."""
        words = " ".join(sorted(needed))
        return self._refuse(403, _SCOPE, "The token lacks a scope.", scope=words)

    def level(self, acr: str | None, max_age: int | None) -> TokenRefused:
        """Ask for a better login (RFC 9470 section 3)."""
        asked = {"acr_values": acr} if acr is not None else {}
        if max_age is not None:
            asked["max_age"] = str(max_age)
        return self._refuse(401, _LEVEL, "A different or newer login is needed.", **asked)

    def _refuse(self, status: int, error: str | None, text: str, **asked: str) -> TokenRefused:
        named = {"error": error, "error_description": text} if error else {}
        parameters = ", ".join(
            f'{name}="{_quotable(value)}"'
            for name, value in (named | asked | self._always).items()
            if value
        )
        value = f"{self._scheme} {parameters}".rstrip()
        headers = {"WWW-Authenticate": value, "Cache-Control": "no-store"}
        return TokenRefused(status, error, text, headers)


# RFC 6750 section 3: neither quotes nor backslashes stand in a value.
def _quotable(value: str) -> str:
    return "".join(c for c in value if c.isascii() and c.isprintable() and c not in '"\\')


def unavailable() -> TokenRefused:
    """Refuse because the provider cannot be asked now; the client may try again."""
    headers = {"Retry-After": "5", "Cache-Control": "no-store"}
    return TokenRefused(503, None, "Tokens cannot be verified now.", headers)
