"""Whom the registry trusts from outside: issuers of certificates, providers of video."""

import json

import httpx
from clavis_certificates.anchors import Anchors, TrustSource
from clavis_certificates.judge import CertificateJudge
from clavis_certificates.path import TrustStore
from clavis_certificates.revocation import RevocationSource
from clavis_kit.clock import Clock
from clavis_kit.pools import BoundedPool
from clavis_kit.settings import KeyFileError
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from clavis_registry.ways_in_settings import WaysInSettings

_WORKERS = 1
_QUEUE = 20


def load_anchors(settings: WaysInSettings) -> Anchors | None:
    """Read the issuers for the first time; None, as with an empty folder, where nobody enrols so.

    Raises NoAnchorsError and OSError with a sentence, which must stop the start.
    """
    folder = settings.trust_anchors_dir
    if folder is None or not any(folder.iterdir()):
        return None
    anchors = Anchors("citizens", lambda: TrustStore.read(folder))
    anchors.load()
    return anchors


def build_judge(
    settings: WaysInSettings, trust: TrustSource, http: httpx.AsyncClient, clock: Clock
) -> CertificateJudge:
    """Make what judges the certificates that enrol people."""
    return CertificateJudge(
        trust,
        RevocationSource(
            http,
            clock,
            timeout_seconds=settings.revocation_timeout_seconds,
            cache_seconds=settings.revocation_cache_seconds,
            hosts=settings.revocation_hosts,
        ),
        BoundedPool("certificates", workers=_WORKERS, queue=_QUEUE),
        clock,
    )


def read_providers(settings: WaysInSettings) -> KeySet | None:
    """Read the keys of the providers of automatic video; None without any. KeyFileError."""
    path = settings.video_provider_keys_file
    if path is None:
        return None
    try:
        document = json.loads(path.read_text())
        return KeySet.import_key_set(document) if document["keys"] else None
    except (OSError, ValueError, TypeError, KeyError, JoseError) as error:
        raise KeyFileError(f"{path} is not a JWKS") from error
