"""Static files of the pages, under names that change with their content."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from fastapi import APIRouter, Request
from starlette.responses import Response

_IMPORT = re.compile(r'@import "\./([a-z-]+\.css)";\n?')
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_SCRIPTS = Path(__file__).parent / "scripts"
STYLESHEET = "clavis.css"


@dataclass(frozen=True, slots=True)
class Asset:
    """One file as it is served."""

    content: bytes
    media_type: str


class Assets:
    """The files, read and named once at start."""

    def __init__(self, web_dir: Path) -> None:
        """Bundle the stylesheet and read the scripts."""
        sources = {STYLESHEET: Asset(bundle_styles(web_dir / "styles"), "text/css; charset=utf-8")}
        for path in sorted(_SCRIPTS.glob("*.js")):
            sources[path.name] = Asset(path.read_bytes(), "text/javascript; charset=utf-8")
        self._public_name = {name: _hashed(name, asset) for name, asset in sources.items()}
        self._by_public_name = {self._public_name[name]: sources[name] for name in sources}

    def url(self, name: str) -> str:
        """Return the address of a file."""
        return f"/static/{self._public_name[name]}"

    def find(self, public_name: str) -> Asset | None:
        """Return the file with this public name, or None."""
        return self._by_public_name.get(public_name)


def bundle_styles(styles_dir: Path) -> bytes:
    """Put the parts that index.css imports in their place, without comments."""
    index = (styles_dir / "index.css").read_text()
    bundled = _IMPORT.sub(lambda match: (styles_dir / match[1]).read_text(), index)
    lines = (line.strip() for line in _COMMENT.sub("", bundled).splitlines())
    return "\n".join(line for line in lines if line).encode()


def _hashed(name: str, asset: Asset) -> str:
    stem, _, suffix = name.rpartition(".")
    return f"{stem}.{hashlib.sha256(asset.content).hexdigest()[:12]}.{suffix}"


router = APIRouter()


@router.get("/static/{name}", include_in_schema=False)
async def static_file(name: str, request: Request) -> Response:
    """Serve a file. Its name never serves other content, so it may be kept for a year."""
    assets: Assets = request.app.state.login.pages.assets
    asset = assets.find(name)
    if asset is None:
        return Response(status_code=404)
    headers = {"Cache-Control": "public, max-age=31536000, immutable"}
    return Response(asset.content, media_type=asset.media_type, headers=headers)
