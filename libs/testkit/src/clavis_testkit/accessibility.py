"""What axe-core finds in a page that a test shows: every rule of WCAG 2.2, levels A and AA.

The script comes in through the browser's own debugging protocol, not through the page: the policy
on scripts stays as the product sets it.
"""

import warnings
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from playwright.sync_api import Page

from clavis_testkit.browsing import DESKTOP, PHONE
from clavis_testkit.require import lacks, need
from dev.assets import WEB, AssetError, ensure_checks

WCAG = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
TAGS = (*WCAG, "best-practice")
_MARKUP_SHOWN = 200

# Folded parts are opened, and what a script shows once it can: nothing on a page stays unjudged.
RUN = f"""async (tags) => {{
    const folded = [...document.querySelectorAll("details:not([open])")];
    for (const part of folded) part.open = true;
    for (const waiting of document.querySelectorAll("passkey-login")) waiting.hidden = false;
    const answer = await axe.run(document, {{
        runOnly: {{ type: "tag", values: tags }}, resultTypes: ["violations"], elementRef: false,
    }});
    for (const part of folded) part.open = false;
    return answer.violations.map(({{ id, tags, help, nodes }}) => ({{ id, tags, help,
        places: nodes.map(({{ target, html }}) =>
            `${{target.join(" ")}}  ${{html.slice(0, {_MARKUP_SHOWN})}}`) }}));
}}"""


@dataclass(frozen=True, slots=True)
class Look:
    """One way a page is looked at: the screen, and the colours its owner prefers."""

    width: int
    height: int
    colours: Literal["light", "dark"]

    def __str__(self) -> str:
        """Name the look in a report."""
        return f"{self.width}-{self.colours}"


# Rules on size depend on the screen, rules on contrast on the colours: each meets both of its own.
LOOKS = (Look(**PHONE, colours="light"), Look(**DESKTOP, colours="dark"))


@cache
def axe() -> str:
    """Return axe-core as the lock of `web/` names it; the test is skipped when it cannot be had."""
    need("node", "installs axe-core")
    try:
        ensure_checks()
    except AssetError as error:
        lacks(str(error))
    return (WEB / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


def judged(answer: list[dict[str, Any]], where: str) -> list[str]:
    """Return a line for each breach of WCAG; what is only good practice becomes a warning."""
    breaches = []
    for rule in answer:
        lines = [f"{where}: {rule['id']}: {rule['help']}: {place}" for place in rule["places"]]
        if set(WCAG).isdisjoint(rule["tags"]):
            for line in lines:
                warnings.warn(BestPractice(line), stacklevel=2)
        else:
            breaches += lines
    return breaches


class BestPractice(UserWarning):
    """A page breaks no criterion of WCAG, but what axe-core holds to be good practice."""


def breaches(page: Page, where: str) -> list[str]:
    """Judge a page in every look and leave it in its own."""
    size = page.viewport_size
    if not page.evaluate("'axe' in window"):
        page.evaluate(axe())
    found = []
    for look in LOOKS:
        page.set_viewport_size({"width": look.width, "height": look.height})
        page.emulate_media(color_scheme=look.colours)
        found += judged(page.evaluate(RUN, list(TAGS)), f"{where} {look}")
    page.emulate_media(color_scheme="null")
    if size:
        page.set_viewport_size(size)
    return found
