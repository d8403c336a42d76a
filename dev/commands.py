"""Runs the operators' own command lines against the demo, with the demo's environment."""

import os
import subprocess
import sys
from collections.abc import Sequence

from dev.environment import environment_of
from dev.infrastructure import Infrastructure
from dev.layout import ROOT, Layout
from dev.processes import DemoError

_TIMEOUT_SECONDS = 120


def run_command(
    layout: Layout,
    infrastructure: Infrastructure,
    service: str,
    arguments: Sequence[str],
    standard_input: str = "",
) -> str:
    """Run ``python -m clavis_<service> ARGUMENTS``; return what it printed.

    Raises DemoError with the command's own words when it fails.
    """
    environment = {**os.environ, **environment_of(layout, infrastructure, service)}
    try:
        done = subprocess.run(
            [sys.executable, "-m", f"clavis_{service}", *arguments],
            cwd=ROOT,
            env=environment,
            input=standard_input,
            capture_output=True,
            text=True,
            timeout=_TIMEOUT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        verb = " ".join(arguments[:2])
        raise DemoError(f"{service} {verb} took over {_TIMEOUT_SECONDS} s.") from error
    if done.returncode:
        said = (done.stderr or done.stdout).strip()
        raise DemoError(f"{service} {' '.join(arguments[:2])} failed: {said}")
    return done.stdout
