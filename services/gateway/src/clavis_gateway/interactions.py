"""The interaction: one authorization request awaiting the person.

`oidc/` opens an interaction and redirects to `/login/{interaction_id}`; `login/` and
`certificates/` identify the person and hand back an `Authentication`; the functions here turn
that into the answer the relying party waits for. Neither side knows more of the other than this
module. An interaction belongs to the browser that opened it and is answered exactly once.
"""

from __future__ import annotations

from clavis_gateway.interaction_values import (
    BUILDS_ON,
    Authentication,
    ClientView,
    Interaction,
    InteractionState,
    Reason,
    ResponseTarget,
    SsoSessionView,
)
from clavis_gateway.oidc.resume import (
    InteractionClosed,
    complete_interaction,
    continue_session,
    fail_interaction,
    load_interaction,
    reopen_interaction,
    save_language,
    save_progress,
)

__all__ = [
    "BUILDS_ON",
    "Authentication",
    "ClientView",
    "Interaction",
    "InteractionClosed",
    "InteractionState",
    "Reason",
    "ResponseTarget",
    "SsoSessionView",
    "complete_interaction",
    "continue_session",
    "fail_interaction",
    "load_interaction",
    "reopen_interaction",
    "save_language",
    "save_progress",
]
