"""From a template to an answer: language, brand, headers, and the same frame on every page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import BytecodeCache, Environment, PackageLoader, StrictUndefined
from jinja2.bccache import Bucket
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from clavis_gateway.login import texts
from clavis_gateway.login.assets import Assets
from clavis_gateway.login.i18n import (
    LANGUAGE_COOKIE,
    Language,
    calendar_date,
    choose_language,
    clock_time,
    load_languages,
)
from clavis_gateway.login.settings import LoginSettings

_YEAR_SECONDS = 365 * 24 * 3600
_REMEMBERED_TEXTS = 4096

# Content Security Policy Level 3. No inline script or style exists, so no nonce is needed.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; font-src 'self'; form-action {form_action}; base-uri 'none'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'"
)
_PERMISSIONS = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"


@dataclass(frozen=True, slots=True)
class PageFault:
    """One line of the error summary; `field` is empty when it concerns the whole page."""

    code: str
    field: str
    text: str


@dataclass(frozen=True, slots=True)
class Service:
    """The relying party as a page shows it."""

    name: str
    domain: str
    logo: str | None = None
    in_test: bool = False


class _Compiled(BytecodeCache):
    """The compiled templates of this process: every language runs the same code."""

    def __init__(self) -> None:
        self._code: dict[str, Any] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give what was compiled before, if the template is still the same."""
        checksum, code = self._code.get(bucket.key, (None, None))
        bucket.code = code if checksum == bucket.checksum else None

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was just compiled."""
        self._code[bucket.key] = bucket.checksum, bucket.code


_COMPILED = _Compiled()


def _translating(language: Language) -> Callable[..., Markup]:
    """Make the `gettext` of templates: as the extension's own, and what stands alone put once.

    To look up the words of a page and make them safe was a fifth of rendering it.
    """

    @lru_cache(_REMEMBERED_TEXTS)
    def alone(message: str) -> Markup:
        return filled(message)

    def filled(message: str, **values: Any) -> Markup:
        # Always a format string, as with the extension: a catalogue spells a percent sign twice.
        return Markup(language.translations.gettext(message)) % values  # noqa: S704  our own texts

    def gettext(message: str, /, **values: Any) -> Markup:
        return filled(message, **values) if values else alone(message)

    return gettext


class Renderer:
    """Renders every page; built once at start."""

    def __init__(self, settings: LoginSettings, public_url: str) -> None:
        """Read catalogues, styles and templates. Nothing is read from disk afterwards.

        A template compiled at its first use would hold up everybody for ten milliseconds.
        """
        self.assets = Assets(settings.web_dir)
        self.languages = load_languages(settings.web_dir / "locales")
        self.zone = ZoneInfo(settings.time_zone)
        self._settings = settings
        self._secure = public_url.startswith("https:")
        self._environments = {tag: self._environment(tag) for tag in self.languages}

    def _environment(self, tag: str) -> Environment:
        language = self.languages[tag]
        environment = Environment(
            loader=PackageLoader("clavis_gateway.login"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
            cache_size=-1,  # all of them, for good
            bytecode_cache=_COMPILED,
            extensions=["jinja2.ext.i18n"],
        )
        environment.install_gettext_callables(  # type: ignore[attr-defined]  # set by the extension
            language.translations.gettext, language.translations.ngettext, newstyle=True
        )
        environment.globals["gettext"] = environment.globals["_"] = _translating(language)
        environment.filters["clock"] = lambda at: clock_time(_moment(at), tag, self.zone)
        environment.filters["day"] = lambda at: calendar_date(_moment(at), tag, self.zone)
        environment.globals.update(
            asset=self.assets.url,
            brand=self._settings.brand,
            portal_url=self._settings.portal_url,
            lang=language,
            texts=texts,
        )
        for name in environment.list_templates(["html"]):
            environment.get_template(name)
        return environment

    def language(
        self, request: Request, *, chosen: str | None = None, ui_locales: Sequence[str] = ()
    ) -> Language:
        """Choose the language of a page: the link just followed, then the kept choices."""
        return choose_language(
            self.languages,
            chosen=request.query_params.get("lang") or chosen,
            ui_locales=ui_locales,
            cookie=request.cookies.get(LANGUAGE_COOKIE),
            accept_language=request.headers.get("accept-language"),
        )

    def page(
        self,
        request: Request,
        template: str,
        language: Language,
        *,
        status: int = 200,
        language_url: str | None = None,
        form_action: str = "'self'",
        referrer_policy: str = "same-origin",
        faults: Sequence[PageFault] = (),
        service: Service | None = None,
        context: Mapping[str, Any] | None = None,
    ) -> Response:
        """Render a template. `language_url` is the page the language links lead to."""
        values: dict[str, Any] = {
            "faults": faults,
            "service": service,
            "language_links": self._language_links(language, language_url),
        }
        values.update(context or {})
        html = self._environments[language.tag].get_template(template).render(values)
        headers = {
            "Content-Language": language.tag,
            "Content-Security-Policy": _POLICY.format(form_action=form_action),
            "Cache-Control": "no-store",
            "Permissions-Policy": _PERMISSIONS,
            "Referrer-Policy": referrer_policy,
            "X-Content-Type-Options": "nosniff",
        }
        if self._secure:  # RFC 6797 section 7.2: never over plain HTTP
            headers["Strict-Transport-Security"] = f"max-age={_YEAR_SECONDS}"
        response = HTMLResponse(html, status, headers)
        if request.query_params.get("lang") == language.tag:
            keep_language(response, language)
        return response

    def _language_links(
        self, current: Language, url: str | None
    ) -> list[tuple[Language, str | None]]:
        if url is None:
            return []
        joint = "&" if "?" in url else "?"
        return [
            (entry, None if entry.tag == current.tag else f"{url}{joint}lang={entry.tag}")
            for entry in self.languages.values()
        ]

    def fault(
        self,
        language: Language,
        code: str,
        field: str = "",
        *,
        messages: Mapping[str, str] = texts.ERRORS,
        **values: Any,
    ) -> PageFault:
        """Put an error code into words; `until` is shown as a time of day, `day` as a date."""
        shown = {name: self._shown(name, value, language) for name, value in values.items()}
        return PageFault(code, field, language.text(messages[code], **shown))

    def _shown(self, name: str, value: Any, language: Language) -> Any:
        if name == "until":
            return clock_time(_moment(value), language.tag, self.zone)
        if name == "day":
            return calendar_date(_moment(value), language.tag, self.zone)
        return value


def _moment(value: datetime | str) -> datetime:
    return value if isinstance(value, datetime) else datetime.fromisoformat(value)


def keep_language(response: Response, language: Language) -> None:
    """Remember the chosen language for a year."""
    response.set_cookie(
        LANGUAGE_COOKIE, language.tag, max_age=_YEAR_SECONDS, path="/", secure=True, samesite="lax"
    )
