"""What the tests of the whole system share: one running demo and one browser."""

import contextlib
import os
import secrets
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from clavis_testkit.launchers.process import LauncherError, lend, require_free_port
from clavis_testkit.require import need
from clavis_testkit.running_demo import RunningDemo
from playwright.sync_api import Browser, Page

from dev.services import all_offsets

SPAN = 100  # ports from the base that a demo may use
LOWEST, HIGHEST = 20_000, 28_000  # below the range from which systems lend out ports


def free_base() -> int:
    """Return a base whose ports are free, and that no other run has chosen a moment ago."""
    while True:
        base = LOWEST + secrets.randbelow((HIGHEST - LOWEST) // SPAN) * SPAN
        with contextlib.suppress(LauncherError):
            for offset, name in all_offsets().items():
                require_free_port(base + offset, name)
            if lend(base):
                return base


@pytest.fixture(scope="session")
def demo_home() -> Iterator[Path]:
    """A directory that the user PostgreSQL runs as can reach."""
    with tempfile.TemporaryDirectory(prefix="clavis-demo-") as name:
        home = Path(name)
        home.chmod(0o755)
        yield home


@pytest.fixture(scope="session")
def demo(demo_home: Path) -> Iterator[RunningDemo]:
    """The whole demo, as `make demo` starts it.

    DEMO_RUNNING=<port base>:<directory> uses one that already runs: quicker while writing a test.
    """
    if "DEMO_RUNNING" in os.environ:
        base, _, directory = os.environ["DEMO_RUNNING"].partition(":")
        yield RunningDemo(int(base), Path(directory))
        return
    # Letters are the console's to print, however long somebody takes for it.
    settings = {"DEMO_POST_SECONDS": "7200"}
    with RunningDemo(free_base(), demo_home / "shared", settings) as running:
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Headless Chromium."""
    need("chromium", "walks the pages as a person does")
    from clavis_testkit.browsing import chromium

    with chromium() as running:
        yield running


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page in a fresh browser profile."""
    from clavis_testkit.browsing import new_page

    with new_page(browser) as opened:
        yield opened
