"""The operator's verb `trust show`: which issuers of citizens' certificates count, and why."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path

from clavis_certificates.path import NoAnchorsError, TrustStore, read_certificates
from clavis_certificates.trusted_list import TrustedList, read_trusted_list
from clavis_kit.clock import SystemClock
from clavis_kit.settings import load
from cryptography import x509
from pydantic_settings import BaseSettings, SettingsConfigDict

from clavis_gateway.login.settings import LoginSettings


class TrustCommandSettings(LoginSettings, BaseSettings):
    """What `trust show` needs: the settings of certificate login."""

    model_config = SettingsConfigDict(env_prefix="CLAVIS_GATEWAY_", frozen=True, extra="ignore")


def show_trust(_: Namespace) -> int:
    """Print the issuers in force as the settings name them. Returns the exit code."""
    settings = load(TrustCommandSettings)
    try:
        sys.stdout.writelines(f"{line}\n" for line in _lines(settings))
    except (NoAnchorsError, OSError) as error:
        sys.stderr.write(f"gateway: {error}\n")
        return 1
    return 0


def _lines(settings: LoginSettings) -> Iterator[str]:
    file, operators = settings.trusted_list_file, settings.trusted_list_operators_dir
    if file is not None and operators is not None:
        yield from _of_list(file, operators)
    elif settings.trust_anchors_dir is not None:
        yield from _of_folder(settings.trust_anchors_dir)
    else:
        yield "No issuer is trusted: certificate login is off."


def _of_list(file: Path, operators: Path) -> Iterator[str]:
    now = SystemClock().now()
    signers = [x509.load_der_x509_certificate(item.dump()) for item in read_certificates(operators)]
    read = read_trusted_list(file.read_bytes(), signers, now)
    due = read.next_update.date().isoformat() if read.next_update else "never: closed"
    yield f"trusted list  {read.territory} no. {read.sequence} of {read.issued_at:%Y-%m-%d}"
    yield f"next update   {due}{'  OVERDUE' if read.overdue(now) else ''}"
    yield from _services(read)


def _services(read: TrustedList) -> Iterator[str]:
    for service in read.services:
        base = service.base_info
        until = f"{base.valid_until:%Y-%m-%d}" if base.valid_until else "now"
        kinds = sorted(kind.name for kind in base.additional_info_certificate_type)
        yield f"granted       {base.valid_from:%Y-%m-%d} to {until}  {', '.join(kinds) or '-'}"
        for certificate in base.provider_certs:
            yield f"              {base.service_name}  sha256 {certificate.sha256.hex()[:16]}"


def _of_folder(folder: Path) -> Iterator[str]:
    store = TrustStore.read(folder)
    for title, certificates in (("anchor", store.anchors), ("intermediate", store.intermediates)):
        for certificate in certificates:
            until = certificate.not_valid_after.date().isoformat()
            name = certificate.subject.human_friendly
            yield f"{title:<13} {name}  until {until}  sha256 {certificate.sha256.hex()[:16]}"
