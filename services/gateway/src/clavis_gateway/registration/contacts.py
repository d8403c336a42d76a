"""Whom to write to about a relying party."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from clavis_gateway.oidc.authlib_adapter.metadata import MetadataError
from clavis_gateway.records import Profile

_ADDRESS = re.compile(r"[^@\s]{1,64}@[^@\s]{1,190}\.[^@\s.]{2,}")


# RFC 7591 section 2: contacts are "typically email addresses"; here they always are, because they
# are told why requests are refused.
def check_contacts(_: Profile, metadata: Mapping[str, Any]) -> None:
    """Refuse a contact to whom no message could go."""
    for place, contact in enumerate(metadata.get("contacts", ())):
        if not _ADDRESS.fullmatch(contact):
            raise MetadataError(f"contacts[{place}] must be an e-mail address")
