"""One step of a login: the interaction, the language, and how its pages and forms work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from clavis_kit.ids import is_id
from clavis_kit.national_id import NationalIdError, normalise
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from clavis_gateway import cookies, interactions
from clavis_gateway.deps import Deps, get_deps
from clavis_gateway.interactions import Interaction, InteractionClosed, InteractionState
from clavis_gateway.login import guard, progress
from clavis_gateway.login.i18n import Language
from clavis_gateway.login.parts import Login, login_of
from clavis_gateway.login.progress import Progress
from clavis_gateway.login.render import PageFault, Service

MAX_FIELDS = 20


class StaleForm(Exception):  # noqa: N818 - it names a state of the form
    """A form came without our token or from another site."""


@dataclass(frozen=True, slots=True)
class Flow:
    """What one request of a login works with."""

    request: Request
    deps: Deps
    login: Login
    interaction: Interaction
    progress: Progress
    language: Language

    @property
    def base(self) -> str:
        """The address under which the pages of this login stand."""
        return f"/login/{self.interaction.interaction_id}"

    @property
    def service(self) -> Service:
        """The relying party as pages show it."""
        client = self.interaction.client
        return Service(
            client.display_name(self.language.tag),
            client.domain,
            _own_logo(client.logo_uri, self.deps.settings.public_url),
            client.in_test,
        )

    @property
    def source(self) -> str | None:
        """The network address of the browser, for the limits of the services called."""
        return self.login.terminator.source_of(self.request)

    def bound(self, purpose: str) -> str:
        """Return a secret of this browser in this login, for one purpose. It is stored nowhere."""
        secret = cookies.flow_cookie(self.request) or ""
        return guard.form_token(secret, f"{purpose} {self.interaction.interaction_id}")

    @property
    def login_hint(self) -> str:
        """The identity number the relying party already knows, or nothing."""
        try:
            return normalise(self.interaction.login_hint or "")
        except NationalIdError:
            return ""

    def page(
        self,
        template: str,
        *,
        status: int = 200,
        path: str = "",
        others: bool = True,
        faults: Sequence[PageFault] = (),
        **context: Any,
    ) -> Response:
        """Render a page of this login; `path` is where its language links lead."""
        secret = cookies.flow_cookie(self.request) or ""
        flow = {
            "id": self.interaction.interaction_id,
            "base": self.base,
            "csrf": guard.form_token(secret, self.interaction.interaction_id),
            "others": others,
        }
        return self.login.pages.renderer.page(
            self.request,
            template,
            self.language,
            status=status,
            language_url=self.base + path,
            faults=faults,
            service=self.service,
            context={"flow": flow, "required": self.interaction.required_loa, **context},
        )

    def fault(self, code: str, field: str = "", **values: Any) -> PageFault:
        """Put an error code into the words of this page."""
        return self.login.pages.renderer.fault(self.language, code, field, **values)

    def to(self, path: str) -> Response:
        """Go on to another page of this login (RFC 9110 section 15.4.4: with GET)."""
        return RedirectResponse(self.base + path, status_code=303)

    async def remember(self, steps: Progress) -> Flow:
        """Store the steps done so far."""
        await interactions.save_progress(
            self.deps, self.interaction.interaction_id, steps.to_json()
        )
        return replace(self, progress=steps)

    async def form(self) -> dict[str, str]:
        """Read the posted form. Raises StaleForm unless it is ours."""
        values = text_fields(await self.request.form(max_files=0, max_fields=MAX_FIELDS))
        if not guard.is_our_form(
            token=values.get(guard.FIELD, ""),
            browser_secret=cookies.flow_cookie(self.request),
            scope=self.interaction.interaction_id,
            headers=self.request.headers,
            origin=origin_of(self.deps.settings.public_url),
        ):
            raise StaleForm
        return values


async def open_flow(request: Request, interaction_id: str) -> Flow:
    """Find the login of this browser. Raises InteractionClosed when there is none any more."""
    deps, login = get_deps(request), login_of(request)
    interaction = None
    if is_id(interaction_id):
        interaction = await interactions.load_interaction(
            deps, interaction_id, cookies.flow_cookie(request)
        )
    if interaction is None or interaction.state is not InteractionState.OPEN:
        raise InteractionClosed
    renderer = login.pages.renderer
    language = renderer.language(
        request, chosen=interaction.language, ui_locales=interaction.ui_locales
    )
    if request.query_params.get("lang") == language.tag != interaction.language:
        await interactions.save_language(deps, interaction_id, language.tag)
    steps = progress.from_json(interaction.progress)
    return Flow(request, deps, login, interaction, steps, language)


def text_fields(form: FormData) -> dict[str, str]:
    """Keep the text fields of a form; a NUL character is nothing a person types."""
    return {key: value.replace("\x00", "") for key, value in form.items() if isinstance(value, str)}


def typed(values: Mapping[str, str], *names: str) -> dict[str, str]:
    """Return what to fill in again after an error. Secrets are never among the names."""
    return {name: values.get(name, "")[:100] for name in names}


def origin_of(url: str) -> str:
    """Return the origin of an address (RFC 6454 section 6.2)."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _own_logo(logo_uri: str | None, public_url: str) -> str | None:
    """Show a logo only from our own origin: another host would learn who logs in and when."""
    return logo_uri if logo_uri and logo_uri.startswith(origin_of(public_url) + "/") else None
