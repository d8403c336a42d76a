"""Authlib's stock client for Starlette, without its notice about a future HTTP library."""

import warnings

from authlib.deprecate import AuthlibDeprecationWarning

warnings.filterwarnings("ignore", "The httpx module", AuthlibDeprecationWarning)

from authlib.integrations.base_client import OAuthError  # noqa: E402 - after the filter
from authlib.integrations.starlette_client import OAuth  # noqa: E402 - after the filter

__all__ = ["OAuth", "OAuthError"]
