"""Generate clavis_events from proto/. With --check, say what differs and exit 1 instead."""

import argparse
import filecmp
import shutil
import sys
import tempfile
from importlib import resources
from pathlib import Path

from grpc_tools import protoc

ROOT = Path(__file__).resolve().parents[2]
PROTO = ROOT / "proto"
TARGET = Path(__file__).resolve().parent / "src"


def generate(target: Path) -> list[Path]:
    """Write the Python modules and stubs below target; return their relative paths."""
    sources = sorted(str(path.relative_to(PROTO)) for path in PROTO.rglob("*.proto"))
    well_known = resources.files("grpc_tools") / "_proto"
    status = protoc.main(
        [
            "protoc",
            f"-I{PROTO}",
            f"-I{well_known}",
            f"--python_out={target}",
            f"--pyi_out={target}",
            *sources,
        ]
    )
    if status != 0:
        sys.exit("protoc refused the contracts in proto/")
    return sorted(path.relative_to(target) for path in target.rglob("*_pb2.py*"))


def check() -> int:
    """Compare a fresh generation with what is committed."""
    with tempfile.TemporaryDirectory() as scratch:
        fresh = Path(scratch)
        paths = generate(fresh)
        stale = [p for p in paths if not (TARGET / p).exists()]
        stale += [
            p
            for p in paths
            if p not in stale and not filecmp.cmp(fresh / p, TARGET / p, shallow=False)
        ]
        orphans = [
            p
            for p in (q.relative_to(TARGET) for q in TARGET.rglob("*_pb2.py*"))
            if p not in paths and "__pycache__" not in p.parts
        ]
    for path in (*stale, *orphans):
        sys.stderr.write(f"drift: {path}\n")
    return 1 if stale or orphans else 0


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="report drift, write nothing")
    if parser.parse_args().check:
        return check()
    with tempfile.TemporaryDirectory() as scratch:
        for path in generate(Path(scratch)):
            destination = TARGET / path
            destination.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(Path(scratch) / path, destination)
    return 0


if __name__ == "__main__":
    sys.exit(main())
