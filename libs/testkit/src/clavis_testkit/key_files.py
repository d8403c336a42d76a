"""Keys for one service, each drawn into a file named after the setting that asks for it."""

import secrets
from collections.abc import Iterable
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec

from clavis_testkit.pki.authority import write_key

SECRET_BYTES = 32


def draw_secrets(folder: Path, names: Iterable[str]) -> dict[str, Path]:
    """Write a secret for every name; return the files by name."""
    files = {name: folder / name for name in names}
    for file in files.values():
        file.write_bytes(secrets.token_bytes(SECRET_BYTES))
    return files


def draw_keys(folder: Path, names: Iterable[str]) -> dict[str, Path]:
    """Write a P-256 private key as PEM for every name; return the files by name."""
    files = {name: folder / f"{name}.pem" for name in names}
    for file in files.values():
        write_key(file, ec.generate_private_key(ec.SECP256R1()))
    return files
