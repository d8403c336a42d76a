"""Registering relying parties: from what somebody describes to what may be stored."""

from clavis_gateway.registration.party import relying_party

__all__ = ["relying_party"]
