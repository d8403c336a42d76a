"""The few errors of the protocol somebody branches on."""

from __future__ import annotations

from clavis_kit.errors import ServiceError


class OAuthError(Exception):
    """An error that a relying party receives, with its registered code.

    `description` is public and one plain ASCII sentence (RFC 6749 section 5.2); `private` goes to
    the log only. `rule` names what was broken, more finely than the code: a stable identifier that
    docs/relying-parties/refusals.md explains, shown to the relying party in its refusal log.
    """

    def __init__(
        self,
        code: str,
        description: str,
        *,
        status: int = 400,
        headers: dict[str, str] | None = None,
        private: str | None = None,
        rule: str | None = None,
    ) -> None:
        """Keep what the client and the log may see; without a rule the code is its name."""
        super().__init__(code)
        self.code = code
        self.description = description
        self.status = status
        self.headers = headers or {}
        self.private = private
        self.rule = rule or code


def invalid_request(description: str, *, rule: str | None = None) -> OAuthError:
    """Make the error for a malformed request."""
    return OAuthError("invalid_request", description, rule=rule)


def invalid_grant(
    description: str = "The grant is not valid.", *, rule: str | None = None
) -> OAuthError:
    """Make the error for a code or refresh token that is worth nothing (RFC 6749 section 5.2)."""
    return OAuthError("invalid_grant", description, rule=rule)


def invalid_client(private: str, *, basic: bool = False, rule: str | None = None) -> OAuthError:
    """Make the error for failed client authentication; the reason stays private.

    RFC 6749 section 5.2: 401, and a challenge when the client used the Authorization header.
    """
    headers = {"WWW-Authenticate": 'Basic realm="clavis"'} if basic else {}
    return OAuthError(
        "invalid_client",
        "Client authentication failed.",
        status=401,
        headers=headers,
        private=private,
        rule=rule,
    )


def not_a_tester() -> OAuthError:
    """Make the error for a person who is not on the tester list of a service in test."""
    return OAuthError(
        "access_denied",
        "The service is in test and the person is not on its tester list.",
        rule="not_a_tester",
    )


class PageFaultError(Exception):
    """A request that is answered with an error page because redirecting would be unsafe."""

    def __init__(
        self, code: str, detail: str, status: int = 400, *, rule: str | None = None
    ) -> None:
        """`code` becomes the page's data-code; `detail` speaks to the developer."""
        super().__init__(code)
        self.code = code
        self.detail = detail
        self.status = status
        self.rule = rule or code


class SiblingUnavailable(ServiceError):  # noqa: N818 -- it names a state of theirs
    """A service we need did not answer."""

    def __init__(self, name: str, reason: str) -> None:
        """Answer 503 with Retry-After; who and why goes to the log."""
        super().__init__(
            "temporarily-unavailable",
            503,
            "A service we depend on does not answer. Try again shortly.",
            private=f"{name}: {reason}",
            headers={"Retry-After": "2"},
        )
