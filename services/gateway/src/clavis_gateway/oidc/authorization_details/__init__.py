"""Rich authorization requests (RFC 9396): the types we know, and judging what is asked.

A type is one entry of `registry.TYPES` and one file that validates it. Pure.
"""

from clavis_gateway.oidc.authorization_details.registry import (
    TYPES,
    Detail,
    DetailsError,
    narrowed,
    read,
    refreshed,
)

__all__ = ["TYPES", "Detail", "DetailsError", "narrowed", "read", "refreshed"]
