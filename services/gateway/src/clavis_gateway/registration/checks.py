"""The rules that client metadata must meet, one topic a file, in the order they are checked.

A topic is a function of the profile and the metadata (defaults filled in, types of the standard
members checked). It raises MetadataError with a sentence that begins with the member's name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from clavis_gateway.records import Profile
from clavis_gateway.registration.answers import check_encryption, check_signing
from clavis_gateway.registration.authentication import check_authentication
from clavis_gateway.registration.certificates import check_certificates
from clavis_gateway.registration.contacts import check_contacts
from clavis_gateway.registration.keys import check_keys
from clavis_gateway.registration.profile import check_profile
from clavis_gateway.registration.requests import check_requests, check_responses
from clavis_gateway.registration.scope import check_scope
from clavis_gateway.registration.tokens import (
    check_access_token_format,
    check_authorization_details_types,
)
from clavis_gateway.registration.uris import check_uris

Check = Callable[[Profile, Mapping[str, Any]], None]

CHECKS: tuple[Check, ...] = (
    check_uris,
    check_keys,
    check_contacts,
    check_scope,
    check_authentication,
    check_certificates,
    check_profile,
    check_requests,
    check_responses,
    check_signing,
    check_encryption,
    check_authorization_details_types,
    check_access_token_format,
)


def check_metadata(profile: Profile, metadata: Mapping[str, Any]) -> None:
    """Apply every topic. Raises MetadataError at the first that is not met."""
    for check in CHECKS:
        check(profile, metadata)
