"""The command line: serve, migrate, client, keys, portal, operator-token."""

import argparse
import asyncio
import sys
from pathlib import Path

from clavis_kit.clock import SystemClock
from clavis_kit.commands import add_migrate
from clavis_kit.db import open_pool
from clavis_kit.http import serve
from clavis_kit.settings import KeyFileError, load, read_key_bytes

from clavis_gateway.admin.operator_token import print_token
from clavis_gateway.app import MIGRATIONS, create_app
from clavis_gateway.certificates.commands import show_trust
from clavis_gateway.client_commands import add_client_verbs
from clavis_gateway.oidc.keys import KeyEncryptionError, KeyRing
from clavis_gateway.oidc.metadata import JWKS_CACHE_SECONDS
from clavis_gateway.settings import GatewaySettings


def run_service(_: argparse.Namespace) -> int:
    """Serve until told to stop; a key that cannot be read ends the start with a sentence."""
    settings = load(GatewaySettings)
    try:
        serve(create_app(settings), settings)
    except KeyFileError as error:
        print(f"gateway: {error}", file=sys.stderr)
        return 2
    return 0


def rotate_keys(_: argparse.Namespace) -> int:
    """Let the published next keys sign and make new next ones."""
    settings = load(GatewaySettings)

    async def rotate() -> bool:
        pool = await open_pool(settings.database_url, 1)
        try:
            key = read_key_bytes(settings.key_encryption_key_file)
            ring = KeyRing(pool, SystemClock(), key, settings.rotation_policy)
            await ring.load()
            known = await ring.rotate()
            ring.close()
        finally:
            await pool.close()
        return known

    try:
        known = asyncio.run(rotate())
    except (KeyFileError, KeyEncryptionError, OSError) as error:
        print(f"gateway: {error}", file=sys.stderr)
        return 1
    print("gateway: the next signing keys are active")
    if not known:
        print(
            "gateway: they were made a short while ago: who holds an older key set may refuse"
            f" tokens for up to {JWKS_CACHE_SECONDS} seconds",
            file=sys.stderr,
        )
    return 0


def run_portal(_: argparse.Namespace) -> int:
    """Run the citizen portal's backend, a process of its own."""
    from clavis_gateway.citizen import portal  # noqa: PLC0415 -- the gateway runs without it

    portal.main()
    return 0


def main() -> int:
    """Read the verb and run it."""
    parser = argparse.ArgumentParser(prog="clavis_gateway")
    verbs = parser.add_subparsers(required=True)
    verbs.add_parser("serve", help="run the service").set_defaults(run=run_service)
    verbs.add_parser("portal", help="run the citizen portal's backend").set_defaults(run=run_portal)
    add_migrate(verbs, "gateway", MIGRATIONS)
    add_client_verbs(verbs)
    _add_operator_token(verbs)
    trust = verbs.add_parser("trust", help="issuers of certificates")
    shown = trust.add_subparsers(required=True).add_parser("show", help="print those that count")
    shown.set_defaults(run=show_trust)
    keys = verbs.add_parser("keys", help="signing keys").add_subparsers(required=True)
    keys.add_parser("rotate", help="activate the next keys").set_defaults(run=rotate_keys)
    arguments = parser.parse_args()
    code: int = arguments.run(arguments)
    return code


def _add_operator_token(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    verb = verbs.add_parser("operator-token", help="print a token for the operator's API")
    verb.add_argument("--key", type=Path, required=True, help="the operator's private key, PEM")
    verb.add_argument("--as", dest="subject", help="who acts; default: who runs this")
    verb.set_defaults(run=print_token)


if __name__ == "__main__":
    sys.exit(main())
