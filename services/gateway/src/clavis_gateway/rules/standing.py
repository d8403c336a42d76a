"""Whether what is known of a person lets them log in. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from clavis_gateway.rules.levels import Method

# Where a frozen person goes to unfreeze: our own portal, and nowhere else.
PORTAL = "portal"
# What a person who left our registry can still log in with: means that others issued.
_OTHERS_MEANS = frozenset({Method.CERTIFICATE_SOFTWARE, Method.CERTIFICATE_QSCD, Method.EIDAS})
_CERTIFICATES = frozenset({Method.CERTIFICATE_SOFTWARE, Method.CERTIFICATE_QSCD})


@dataclass(frozen=True, slots=True)
class Standing:
    """What the registry's facts say of a person. The times are theirs; None where unknown."""

    status: str
    status_since: datetime | None = None
    frozen_since: datetime | None = None


class Bar(StrEnum):
    """Why a person who proved who they are cannot go on."""

    FROZEN = "frozen"
    ENDED = "ended"


# CIR (EU) 2015/1502 annex, section 2.2.3: suspension stops a means promptly, and lifting it needs
# the assurance there was before. A certificate proves that much, and only to lift it.
def bar(standing: Standing | None, method: Method, *, at_portal: bool) -> Bar | None:
    """Say what keeps this person from logging in this way; None: nothing.

    `standing` is None when nothing is known here: the event has not come, or only a certificate
    has. `at_portal` says that the relying party is our own citizen portal.
    """
    if standing is None:
        return None
    if standing.frozen_since is not None:
        return None if at_portal and method in _CERTIFICATES else Bar.FROZEN
    if standing.status == "active":
        return None
    allowed = standing.status != "deceased" and method in _OTHERS_MEANS
    return None if allowed else Bar.ENDED
