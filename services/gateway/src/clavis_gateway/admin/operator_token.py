"""A token with which a person of the operator, or a pipeline, calls the operator's API."""

from __future__ import annotations

import getpass
import sys
from argparse import Namespace
from pathlib import Path

from clavis_kit.clock import Clock, SystemClock
from clavis_kit.ids import new_id
from clavis_kit.service_tokens import LIFETIME_SECONDS
from clavis_kit.settings import KeyFileError, read_ec_private_key
from joserfc import jwt
from joserfc.jwk import ECKey

from clavis_gateway.admin.access import ISSUER


def make_token(key_file: Path, subject: str, clock: Clock) -> str:
    """Sign a token for one minute in somebody's name. Raises KeyFileError."""
    key = ECKey.import_key(read_ec_private_key(key_file))
    now = int(clock.now().timestamp())
    claims = {
        "iss": ISSUER,
        "aud": "gateway",
        "sub": subject,
        "iat": now,
        "exp": now + LIFETIME_SECONDS,
        "jti": new_id(),
    }
    return jwt.encode({"alg": "ES256", "typ": "JWT", "kid": key.thumbprint()}, claims, key)


def print_token(arguments: Namespace) -> int:
    """Print a token. Returns the exit code."""
    try:
        token = make_token(arguments.key, arguments.subject or getpass.getuser(), SystemClock())
    except KeyFileError as error:
        sys.stderr.write(f"operator-token: {error}\n")
        return 1
    sys.stdout.write(token + "\n")
    return 0
