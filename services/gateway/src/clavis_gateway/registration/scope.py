"""The scopes that a relying party may ask for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from clavis_gateway.oidc.authlib_adapter.metadata import MetadataError
from clavis_gateway.records import Profile

_SCOPE = re.compile(r"[!#-\[\]-~]+( [!#-\[\]-~]+)*")


# RFC 6749 section 3.3: scope-tokens of these characters, one space between them.
def check_scope(_: Profile, metadata: Mapping[str, Any]) -> None:
    """Refuse a scope that could never be asked for."""
    if not _SCOPE.fullmatch(metadata["scope"]):
        raise MetadataError("scope must be scope names with one space between them")
