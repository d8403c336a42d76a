"""Everything CI asks for besides the tests, one line each: `python -m dev.check [names]`."""

import argparse
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent


@dataclass(frozen=True)
class Check:
    """A command that fails with a readable reason."""

    name: str
    command: tuple[str, ...]
    folder: Path = ROOT


def _tool(name: str, *arguments: str) -> tuple[str, ...]:
    return (str(BIN / name), *arguments)


def _python(*arguments: str) -> tuple[str, ...]:
    return (sys.executable, *arguments)


LINT = (
    Check("style", _tool("ruff", "check")),
    Check("format", _tool("ruff", "format", "--check", "--quiet")),
    Check("layers", _tool("lint-imports", "--no-logo")),
    Check("secrets", _python("-m", "dev.checks.secrets")),
    Check("problem codes", _python("-m", "dev.checks.errors")),
    Check("yaml", _tool("yamllint", "--strict", "docker-compose.yml", "proto/buf.yaml")),
)
CONTRACTS = (
    Check("contract style", _tool("buf", "lint"), ROOT / "proto"),
    Check(
        "contract history",
        _tool("buf", "breaking", "--against", "../tests/contract/released.binpb"),
        ROOT / "proto",
    ),
    Check("contract drift", _python("libs/events/generate.py", "--check")),
    Check("openapi drift", _python("-m", "dev.checks.openapi", "--check")),
)
TYPES = (Check("types", _tool("mypy")),)
WEB = (
    Check("pages", _python("-m", "dev.checks.web")),
    Check("breached passwords", _python("-m", "dev.checks.breached")),
)
DOCS = (Check("links", _python("-m", "dev.checks.links")),)
GROUPS = {"lint": LINT, "contracts": CONTRACTS, "types": TYPES, "web": WEB, "docs": DOCS}


def run(check: Check) -> bool:
    """Run one check; show its output only when it fails."""
    started = time.monotonic()
    done = subprocess.run(
        check.command, cwd=check.folder, capture_output=True, text=True, check=False
    )
    verdict = "ok" if done.returncode == 0 else "FAILED"
    print(f"{check.name:18} {verdict:7} {time.monotonic() - started:5.1f} s", flush=True)
    if done.returncode != 0:
        print(done.stdout + done.stderr, flush=True)
    return done.returncode == 0


def main() -> int:
    """Run the named groups, all by default; every check runs even after a failed one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("groups", nargs="*", choices=[*GROUPS, []], default=[])
    chosen = parser.parse_args().groups or list(GROUPS)
    results = [run(check) for name in chosen for check in GROUPS[name]]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
