"""Become another program: drop root, ask to be told when the parent dies, then exec.

Run by path with the standard library alone (`python -I -S _exec.py ...`), because the unprivileged
user may not be able to read the virtual environment. Doing this in an own short program instead of
`preexec_fn` keeps the launcher safe in processes that have threads.

Arguments: parent pid, uid or -1, gid or -1, death signal or 0, program, arguments ...
"""

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1


def main(argv: list[str]) -> None:
    """Apply the settings of `argv` and replace this process by the program it names."""
    parent, uid, gid, death_signal = (int(value) for value in argv[:4])
    command = argv[4:]
    prctl = ctypes.CDLL(None).prctl if sys.platform == "linux" else None
    if uid >= 0:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    # After the credentials, because a change of credentials clears the death signal (prctl(2)).
    if prctl is not None and death_signal:
        prctl(PR_SET_PDEATHSIG, death_signal)
        if os.getppid() != parent:
            sys.exit("the parent ended before the program started")
    try:
        os.execv(command[0], command)  # noqa: S606 (the launcher gives fixed programs)
    except OSError as error:
        sys.exit(f"cannot run {command[0]}: {error.strerror}")


if __name__ == "__main__":
    main(sys.argv[1:])
