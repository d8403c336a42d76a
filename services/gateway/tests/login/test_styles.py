"""The stylesheet's promises: contrast of every pair, and its weight."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from clavis_gateway.login import assets
from clavis_gateway.login.assets import bundle_styles
from clavis_gateway.login.settings import LoginSettings

SCRIPTS = sorted((Path(assets.__file__).parent / "scripts").glob("*.js"))
STYLES = LoginSettings().web_dir / "styles"
TOKENS = (STYLES / "tokens.css").read_text()
TEXT_PAIRS = [
    ("text", "ground"),
    ("text", "surface"),
    ("text", "accent-surface"),
    ("text", "danger-surface"),
    ("text", "warning-surface"),
    ("text", "success-surface"),
    ("text-quiet", "ground"),
    ("text-quiet", "surface"),
    ("link", "ground"),
    ("link", "surface"),
    ("link-hover", "ground"),
    ("on-accent", "accent"),
    ("on-accent", "accent-hover"),
    ("accent", "accent-surface"),
    ("danger", "ground"),
    ("danger", "danger-surface"),
    ("on-danger", "danger"),
    ("on-danger", "danger-hover"),
    ("success", "ground"),
    ("warning", "ground"),
]
EDGE_PAIRS = [
    ("edge", "ground"),
    ("accent", "ground"),
    ("focus", "focus-ring"),
    ("focus", "ground"),
]


def palette(scheme: str) -> dict[str, str]:
    light, dark = TOKENS.split("prefers-color-scheme: dark")
    values = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", light))
    if scheme == "dark":
        values |= dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", dark))
    return values


# WCAG 2.2, definitions of relative luminance and contrast ratio.
def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("front", "back"), TEXT_PAIRS)
def test_text_can_be_read(scheme: str, front: str, back: str) -> None:
    colours = palette(scheme)
    assert contrast(colours[front], colours[back]) >= 4.5


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("front", "back"), EDGE_PAIRS)
def test_edges_can_be_seen(scheme: str, front: str, back: str) -> None:
    colours = palette(scheme)
    assert contrast(colours[front], colours[back]) >= 3


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_script_is_light_and_asks_only_us(path: Path) -> None:
    script = path.read_bytes()
    assert len(gzip.compress(script)) <= 2 * 1024
    for word in (b"http:", b"https:", b"eval", b"innerHTML", b"document.write", b"import("):
        assert word not in script


def test_the_stylesheet_is_light_and_whole() -> None:
    bundled = bundle_styles(STYLES)
    assert len(gzip.compress(bundled)) <= 12 * 1024
    assert b"@import" not in bundled
    assert bundled.count(b"{") == bundled.count(b"}")
    assert b"http" not in bundled
