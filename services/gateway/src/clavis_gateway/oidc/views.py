"""What the login pages may know of relying parties and sessions."""

from __future__ import annotations

from clavis_gateway.interaction_values import ClientView, SsoSessionView
from clavis_gateway.oidc import issuing
from clavis_gateway.records import RelyingParty, Session
from clavis_gateway.rules.levels import Method
from clavis_gateway.store.rows import REMEMBERED_CLIENTS

_views: dict[str, tuple[RelyingParty, str, ClientView]] = {}


def client_view(client: RelyingParty, issuer: str) -> ClientView:
    """Show of a relying party what the pages may know; of the same record the same view.

    A login asks for it at each page, and the store gives one record as long as nothing is changed.
    """
    known = _views.get(client.client_id)
    if known is not None and known[0] is client and known[1] == issuer:
        return known[2]
    if len(_views) >= REMEMBERED_CLIENTS:
        _views.clear()
    view = _client_view(client, issuer)
    _views[client.client_id] = client, issuer, view
    return view


def _client_view(client: RelyingParty, issuer: str) -> ClientView:
    return ClientView(
        client_id=client.client_id,
        name=client.names,
        domain=client.domain,
        logo_uri=client.metadata.get("logo_uri"),
        minimum_loa=client.minimum_loa,
        allowed_methods=frozenset(Method(method) for method in client.allowed_methods),
        sso_allowed=client.sso_allowed,
        first_party=client.first_party,
        home=_home(client, issuer),
        portal=client.is_portal,
        purpose=client.purpose,
        claim_purposes=client.claim_purposes,
        policy_uri=_by_language(client, "policy_uri"),
        tos_uri=_by_language(client, "tos_uri"),
        in_test=client.in_test,
        terms=client.terms,
    )


# RFC 7591 section 2.2: after a `#` stands the language tag; without one it is for everybody.
def _by_language(client: RelyingParty, member: str) -> dict[str, str]:
    parts = ((name.partition("#"), value) for name, value in client.metadata.items())
    return {tag: value for (base, _, tag), value in parts if base == member}


# OpenID Connect Core 1.0 section 4: a login may be begun from outside, with the issuer's name.
def _home(client: RelyingParty, issuer: str) -> str | None:
    begin = client.metadata.get("initiate_login_uri")
    return issuing.add_query(begin, {"iss": issuer}) if begin else client.metadata.get("client_uri")


def session_view(session: Session | None) -> SsoSessionView | None:
    """Show of a live session what the pages build on."""
    if session is None:
        return None
    return SsoSessionView(
        session_id=session.session_id,
        subject_id=session.subject_id,
        loa=session.loa,
        method=Method(session.method),
        enrolment_level=session.enrolment_level,
        auth_time=session.auth_time,
        amr=session.amr,
    )
