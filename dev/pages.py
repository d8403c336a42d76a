"""Pages of the demo's own small applications: two languages, no script, a strict policy."""

import json
from pathlib import Path
from typing import Any

from fastapi import Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined

_HERE = Path(__file__).parent
STATIC = _HERE / "static"
LANGUAGES = ("es", "en")
_TEXTS: dict[str, dict[str, str]] = json.loads((_HERE / "texts.json").read_text(encoding="utf-8"))

PAGE_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; form-action 'self' http: https:; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}

_environment = Environment(
    loader=FileSystemLoader(_HERE / "templates"), autoescape=True, undefined=StrictUndefined
)


def language_of(request: Request) -> str:
    """Choose es or en: ``?lang=`` first, then the browser's list, then es."""
    asked = request.query_params.get("lang", "")
    header = request.headers.get("accept-language", "")
    for tag in (asked, *header.split(",")):
        language = tag.strip()[:2].lower()
        if language in LANGUAGES:
            return language
    return LANGUAGES[0]


def text(key: str, language: str) -> str:
    """Look up one text; KeyError when it was never written."""
    return _TEXTS[key][language]


def render(template: str, language: str, **values: Any) -> str:
    """Render a template with its texts as ``t('key')``."""
    page = _environment.get_template(template)
    return page.render(lang=language, t=lambda key: text(key, language), **values)
