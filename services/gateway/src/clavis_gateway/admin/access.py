"""Who may use the operator's API, and from where."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from clavis_kit import strict_json
from clavis_kit.clock import Clock
from clavis_kit.errors import ServiceError
from clavis_kit.jwks import import_public_key
from clavis_kit.service_tokens import ServiceTokenVerifier, bearer_token, unverified_part
from clavis_kit.settings import KeyFileError
from fastapi import Depends, Request
from joserfc.jwk import KeySet

from clavis_gateway.deps import DepsDep
from clavis_gateway.registration.actions import Registrar
from clavis_gateway.settings import GatewaySettings

ISSUER = "operator"
_MAXIMUM_SUBJECT = 100


@dataclass(frozen=True, slots=True)
class FileKeys:
    """A key set that was read from a file when the service started."""

    keys: KeySet

    async def get(self, url: str, kid: str | None) -> KeySet:  # noqa: ARG002 -- the file has all
        """Return the keys."""
        return self.keys


def read_operator_keys(file: Path) -> FileKeys:
    """Read the public keys that sign the operator's tokens. Raises KeyFileError."""
    try:
        content = strict_json.loads(file.read_bytes())
        return FileKeys(KeySet([import_public_key(key) for key in content["keys"]]))
    except OSError as error:
        raise KeyFileError(f"cannot read the key file {file.name}: {error.strerror}") from error
    except (ValueError, KeyError, TypeError, json.JSONDecodeError) as error:
        raise KeyFileError(f"{file.name} is no set of public keys") from error


def build_verifier(settings: GatewaySettings, clock: Clock) -> ServiceTokenVerifier | None:
    """Make what checks the operator's tokens; None when there is no operator's API."""
    if settings.operator_jwks_file is None:
        return None
    keys = read_operator_keys(settings.operator_jwks_file)
    return ServiceTokenVerifier(settings.service_name, {ISSUER: "file"}, keys, clock)


# The API is for the inside. Whatever comes through the public address is told that nothing is here,
# also when somebody's ingress passes on more than it should.
def from_outside(host: str, issuer: str) -> bool:
    """Say whether a request was sent to the public address."""
    return host.lower() == urlsplit(issuer).netloc.lower()


async def operator(request: Request, deps: DepsDep) -> str:
    """Let the operator's token in and return who acts: `operator`, with the token's subject."""
    verifier: ServiceTokenVerifier | None = request.app.state.operator
    if verifier is None or from_outside(request.headers.get("host", ""), deps.settings.issuer):
        raise ServiceError("not-found", 404)
    token = bearer_token(request)
    name = await verifier.verify(token)
    subject = unverified_part(token, 1).get("sub")  # verified just now
    if not isinstance(subject, str) or not subject.isprintable():
        return name
    return f"{name}:{subject[:_MAXIMUM_SUBJECT]}"


Operator = Annotated[str, Depends(operator)]


async def registrar(deps: DepsDep, actor: Operator) -> Registrar:
    """Return what writes registrations in the name of who calls."""
    return Registrar(
        deps.settings.issuer, deps.client_secrets, deps.clock, deps.new_id, deps.new_secret, actor
    )


RegistrarDep = Annotated[Registrar, Depends(registrar)]
