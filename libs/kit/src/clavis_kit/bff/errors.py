"""What can go wrong between the backend and the identity provider."""

from clavis_kit.errors import ServiceError


class ProviderUnavailableError(ServiceError):
    """The identity provider cannot be reached or answers nonsense."""

    def __init__(self, reason: str) -> None:
        """Keep the reason for the log; the public text says only that it is not available."""
        super().__init__("identity-provider-unavailable", 503, private=reason)


class SignInError(ServiceError):
    """A sign-in ended without a session; `code` is shown by the application's problem page."""


class TokenRefusedError(ServiceError):
    """A signed statement of the provider does not hold; `private` says which check failed."""

    def __init__(self, reason: str) -> None:
        """Keep which check failed for the log."""
        super().__init__("invalid_request", 400, private=reason)
