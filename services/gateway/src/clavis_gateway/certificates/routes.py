"""Logging in with a certificate: out to the TLS host, confirmed there, and back with a ticket.

The TLS host may be another origin with no cookie of ours. So the way there carries a secret that
shows which login it is, and the way back one that only the browser that showed the certificate
gets; it counts only together with the cookie of the browser that began.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode

from clavis_certificates.profile import CertificateHolder, Refusal
from clavis_kit.ids import is_id
from clavis_kit.keyed_hash import sha256_hex
from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from clavis_gateway.certificates import store
from clavis_gateway.certificates.checker import method_of
from clavis_gateway.certificates.header import UnreadableCertificateError, shown_certificate
from clavis_gateway.certificates.texts import ADVICE, ERRORS
from clavis_gateway.deps import Deps, get_deps
from clavis_gateway.interactions import InteractionClosed, ResponseTarget
from clavis_gateway.login import finish
from clavis_gateway.login.clients.sibling import Refused
from clavis_gateway.login.finish import Identified
from clavis_gateway.login.flow import (
    MAX_FIELDS,
    Flow,
    StaleForm,
    open_flow,
    origin_of,
    text_fields,
)
from clavis_gateway.login.guard import from_our_site
from clavis_gateway.login.i18n import Language
from clavis_gateway.login.parts import Login, login_of
from clavis_gateway.login.render import PageFault, Service
from clavis_gateway.login.routes.route import PageRoute
from clavis_gateway.rules.levels import Method

router = APIRouter(route_class=PageRoute, include_in_schema=False)
HANDOFF_LIFE = timedelta(minutes=10)
_DECEASED = "deceased"


@router.get("/login/{interaction_id}/certificate")
async def show_start(interaction_id: str, request: Request) -> Response:
    """Explain the browser's dialog before it opens."""
    flow = await open_flow(request, interaction_id)
    if flow.login.certificates is None:
        return flow.to("/methods")
    url = await _way_there(flow)
    return flow.page("certificate_start.html", path="/certificate", start_url=url)


async def _way_there(flow: Flow) -> str:
    deps, secret = flow.deps, flow.deps.new_secret()
    interaction = flow.interaction
    service = flow.service
    handoff = store.Handoff(
        interaction.interaction_id, flow.language.tag, service.name, service.domain
    )
    now = deps.clock.now()
    expires_at = min(now + HANDOFF_LIFE, interaction.expires_at)
    await store.open_handoff(deps.pool, sha256_hex(secret), handoff, now=now, expires_at=expires_at)
    query = urlencode({"handoff": secret})
    return f"{deps.settings.certificate_url}/cert/{interaction.interaction_id}?{query}"


@dataclass(frozen=True, slots=True)
class Visit:
    """One request at the TLS host, which may have no cookie of ours."""

    request: Request
    deps: Deps
    login: Login
    handoff: store.Handoff
    secret: str
    language: Language

    @property
    def path(self) -> str:
        """The address of this page on the TLS host."""
        return f"/cert/{self.handoff.interaction_id}"

    @property
    def back_url(self) -> str:
        """Where the other ways to log in are."""
        return f"{self.deps.settings.public_url}/login/{self.handoff.interaction_id}/methods"

    def page(
        self,
        template: str,
        *,
        status: int = 200,
        faults: Sequence[PageFault] = (),
        **context: object,
    ) -> Response:
        """Render a page for this service and language."""
        return self.login.pages.renderer.page(
            self.request,
            template,
            self.language,
            status=status,
            faults=faults,
            service=Service(
                self.handoff.service_name,
                self.handoff.service_domain,
                in_test=self.handoff.service_in_test,
            ),
            context={"back_url": self.back_url, **context},
        )

    def refused(self, refusal: Refusal, **values: object) -> Response:
        """Say why the certificate does not log in and what to do now."""
        renderer = self.login.pages.renderer
        code = refusal.value
        status = 503 if refusal is Refusal.UNCHECKED else 403
        return self.page(
            "certificate_refused.html",
            status=status,
            faults=[renderer.fault(self.language, code, "", messages=ERRORS, **values)],
            advice=self.language.text(ADVICE[refusal]),
        )


async def _visit(request: Request, interaction_id: str, values: Mapping[str, str]) -> Visit:
    """Find the login this visit belongs to. Raises InteractionClosed."""
    deps, login = get_deps(request), login_of(request)
    secret = values.get("handoff", "")
    handoff = None
    if login.certificates is not None and is_id(interaction_id) and secret:
        handoff = await store.find_handoff(
            deps.pool, sha256_hex(secret), interaction_id, deps.clock.now()
        )
    if handoff is None:
        raise InteractionClosed
    language = login.pages.renderer.language(request, chosen=handoff.language)
    return Visit(request, deps, login, handoff, secret, language)


async def _judge(visit: Visit) -> CertificateHolder | Response:
    """Return whose certificate this connection shows, or the page that refuses it."""
    checker = visit.login.certificates
    assert checker is not None  # noqa: S101 - _visit found a handoff, so certificates are on
    try:
        shown = shown_certificate(visit.request, checker.terminator)
    except UnreadableCertificateError:
        return visit.refused(Refusal.UNREADABLE)
    if shown is None:
        return visit.refused(Refusal.MISSING)
    outcome = await checker.judge(shown)
    if isinstance(outcome, CertificateHolder):
        return outcome
    not_after, not_before = (
        shown.certificate.not_valid_after_utc,
        shown.certificate.not_valid_before_utc,
    )
    return visit.refused(outcome, day=not_after if outcome is Refusal.EXPIRED else not_before)


@router.get("/cert/{interaction_id}")
async def show_certificate(interaction_id: str, request: Request) -> Response:
    """Show whose certificate the browser sent, and ask to confirm."""
    if "handoff" not in request.query_params:
        # Reached without the page before: this browser must be the one that began.
        return RedirectResponse(await _way_there(await open_flow(request, interaction_id)), 303)
    visit = await _visit(request, interaction_id, request.query_params)
    holder = await _judge(visit)
    if isinstance(holder, Response):
        return holder
    return visit.page("certificate.html", holder=holder, action=visit.path, handoff=visit.secret)


@router.post("/cert/{interaction_id}")
async def confirm_certificate(interaction_id: str, request: Request) -> Response:
    """Take the confirmed certificate back to the login."""
    values = text_fields(await request.form(max_files=0, max_fields=MAX_FIELDS))
    visit = await _visit(request, interaction_id, values)
    # The secret of the way there is the form's token; the browser's own word is heard as well.
    certificate_origin = origin_of(visit.deps.settings.certificate_url or "")
    if not from_our_site(request.headers, certificate_origin):
        raise StaleForm
    holder = await _judge(visit)
    if isinstance(holder, Response):
        return holder
    return await _take_back(visit, holder)


async def _take_back(visit: Visit, holder: CertificateHolder) -> Response:
    try:
        person = await visit.login.registry.subject_of(
            holder.national_id, {**holder.evidence(), **holder.names()}
        )
    except Refused:
        return visit.login.pages.ended(visit.request, visit.language)
    if person["status"] == _DECEASED:
        return visit.login.pages.ended(visit.request, visit.language)
    outcome = {
        "subject_id": person["subject_id"],
        "enrolment_level": person["level"],
        "method": method_of(holder).value,
        "evidence": holder.evidence(),
    }
    ticket = visit.deps.new_secret()
    confirmed = await store.confirm_handoff(
        visit.deps.pool,
        sha256_hex(visit.secret),
        visit.handoff.interaction_id,
        ticket_hash=sha256_hex(ticket),
        outcome=outcome,
        now=visit.deps.clock.now(),
    )
    if not confirmed:
        raise InteractionClosed
    return _way_back(visit, ticket)


def _way_back(visit: Visit, ticket: str) -> Response:
    settings = visit.deps.settings
    path = f"/login/{visit.handoff.interaction_id}/certificate/return"
    query = urlencode({"ticket": ticket})
    url = f"{settings.public_url}{path}?{query}"
    names = {"": settings.brand}
    return visit.login.pages.returning(
        visit.request, ResponseTarget(url, "query", {}, names), language=visit.language
    )


@router.get("/login/{interaction_id}/certificate/return")
async def come_back(interaction_id: str, request: Request) -> Response:
    """Use the ticket, in the browser that began the login."""
    flow = await open_flow(request, interaction_id)
    ticket = request.query_params.get("ticket", "")
    outcome = await store.consume_ticket(
        flow.deps.pool, sha256_hex(ticket), interaction_id, flow.deps.clock.now()
    )
    if outcome is None:
        return flow.to("/certificate")
    person = Identified(
        outcome["subject_id"], Method(outcome["method"]), outcome["enrolment_level"]
    )
    return await finish.settle(flow, person, outcome["evidence"])
