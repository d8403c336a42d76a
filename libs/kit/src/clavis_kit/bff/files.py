"""The built application: its files, read once at start, and the headers they go out with."""

import hashlib
import json
import mimetypes
from dataclasses import dataclass
from html import escape
from pathlib import Path
from string import Template

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
PAGE_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "same-origin",
}
DEFAULT_LANGUAGE = "es"
_INDEX = "/index.html"
_TEXTS = "server-texts.json"
_BRAND = b"__BRAND__"
_BRANDED = (".html", ".webmanifest")
_HASHED = "/assets/"  # names there carry a hash of the content
_CONTINUE = Template(
    """<!doctype html>
<html lang="$language">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="0;url=$target">
<title>$title</title>
<p><a id="continue" href="$target">$link</a></p>
</html>
"""
)


class SiteMissingError(ValueError):
    """The folder of the built application is missing or incomplete."""


@dataclass(frozen=True, slots=True)
class SiteFile:
    """One file ready to be sent."""

    content: bytes
    media_type: str
    headers: dict[str, str]


class SiteFiles:
    """The files of one application by path, held in memory: they are few and small."""

    def __init__(self, directory: Path, brand: str | None = None) -> None:
        """Read all files, naming the brand where one asks for it. Raises SiteMissingError."""
        self._files = {
            "/" + path.relative_to(directory).as_posix(): _read(path, directory, brand)
            for path in sorted(directory.rglob("*"))
            if path.is_file() and path.name != _TEXTS
        }
        if _INDEX not in self._files:
            raise SiteMissingError(f"no built application in {directory}")
        self._texts = _read_texts(directory / _TEXTS)

    def find(self, path: str) -> SiteFile | None:
        """Return a file; any path without a dot is a page, and the application draws it."""
        if path in self._files:
            return self._files[path]
        return None if "." in path else self._files[_INDEX]

    def language(self, wanted: str | None) -> str:
        """Return the wanted language if the application speaks it, else the default one."""
        return wanted if wanted in self._texts else DEFAULT_LANGUAGE

    def continue_page(self, target: str, language: str) -> str:
        """Return a page that goes on by itself to a path of this application.

        A SameSite=Strict cookie that is set on a redirect from another site is not sent with the
        request that follows; after a page of this origin it is.
        """
        texts = self._texts[self.language(language)]
        return _CONTINUE.substitute(
            language=escape(self.language(language)),
            target=escape(target),
            title=escape(texts["bff.continue.title"]),
            link=escape(texts["bff.continue.link"]),
        )


def _read(path: Path, directory: Path, brand: str | None) -> SiteFile:
    content = path.read_bytes()
    if brand is not None and path.suffix in _BRANDED:
        named = escape(brand) if path.suffix == ".html" else json.dumps(brand)[1:-1]
        content = content.replace(_BRAND, named.encode())
    name = "/" + path.relative_to(directory).as_posix()
    media_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    if media_type.startswith("text/"):
        media_type += "; charset=utf-8"
    hashed = name.startswith(_HASHED)
    headers = {
        **PAGE_HEADERS,
        "Cache-Control": "public, max-age=31536000, immutable" if hashed else "no-cache",
        "ETag": f'"{hashlib.sha256(content).hexdigest()[:32]}"',
    }
    return SiteFile(content, media_type, headers)


def _read_texts(path: Path) -> dict[str, dict[str, str]]:
    try:
        texts: dict[str, dict[str, str]] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SiteMissingError(f"no texts of the built application in {path.parent}") from error
    return texts
