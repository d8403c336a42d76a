"""Runs the operators' own command lines against the demo, with the demo's environment."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence

from dev.environment import environment_of
from dev.infrastructure import Infrastructure
from dev.layout import ROOT, Layout
from dev.processes import DemoError

_TIMEOUT_SECONDS = 300


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
    said = " ".join([service, *arguments[:2]])
    command = [f"clavis_{service}", *arguments]
    return _run(layout, infrastructure, service, command, standard_input, said)


def run_verbs(
    layout: Layout,
    infrastructure: Infrastructure,
    service: str,
    verbs: Sequence[Sequence[str]],
    standard_input: str = "",
) -> str:
    """Run several verbs of one service in one process; each reads its own line of the input.

    Raises DemoError with the words of the first that fails.
    """
    command = ["dev.verbs", f"clavis_{service}", json.dumps([list(verb) for verb in verbs])]
    names = ", ".join(" ".join(verb[:2]) for verb in verbs)
    return _run(layout, infrastructure, service, command, standard_input, f"{service}: {names}")


def _run(
    layout: Layout,
    infrastructure: Infrastructure,
    service: str,
    command: Sequence[str],
    standard_input: str,
    said: str,
) -> str:
    environment = {**os.environ, **environment_of(layout, infrastructure, service)}
    try:
        done = subprocess.run(
            [sys.executable, "-m", *command],
            cwd=ROOT,
            env=environment,
            input=standard_input,
            capture_output=True,
            text=True,
            timeout=_TIMEOUT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise DemoError(f"{said} took over {_TIMEOUT_SECONDS} s.") from error
    if done.returncode:
        raise DemoError(f"{said} failed: {(done.stderr or done.stdout).strip()}")
    return done.stdout
