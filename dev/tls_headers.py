"""Which headers cross the TLS front, and how a client certificate is written into them."""

from base64 import b64encode
from collections.abc import Iterable, Sequence

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

TERMINATOR_HEADER = "Clavis-Terminator-Secret"

# Hop-by-hop headers (RFC 9110 section 7.6.1) end here, and so does every header by which a proxy
# speaks for a client: only this front may say those things (RFC 9440 section 4).
_DROPPED_FROM_CLIENT = frozenset(
    {
        "connection",
        "keep-alive",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "expect",
        "content-length",
        "host",
        "accept-encoding",
        "forwarded",
        "client-cert",
        "client-cert-chain",
        TERMINATOR_HEADER.lower(),
    }
)
_DROPPED_PREFIX = "x-forwarded-"
_DROPPED_FROM_UPSTREAM = frozenset(
    {"connection", "keep-alive", "transfer-encoding", "content-length", "upgrade", "trailer"}
)
_WITHOUT_BODY = frozenset({204, 304})


def byte_sequence(certificate: x509.Certificate) -> str:
    """Write a certificate as a structured field byte sequence. RFC 9440 section 2.1."""
    return ":" + b64encode(certificate.public_bytes(Encoding.DER)).decode("ascii") + ":"


def forwarded_headers(
    inbound: Iterable[tuple[bytes, bytes]],
    *,
    chain: Sequence[x509.Certificate],
    client_address: str,
    host: str,
    secret: str,
) -> list[tuple[str, str]]:
    """Build what the gateway receives: the client's own headers, then what the front vouches for.

    An underscore is refused in a name because CGI-style servers read it as a hyphen.
    """
    kept = [
        (name.decode("ascii"), value.decode("latin-1"))
        for name, value in inbound
        if _may_pass(name.decode("ascii").lower())
    ]
    vouched = [
        ("Host", host),
        ("Accept-Encoding", "identity"),
        ("X-Forwarded-Proto", "https"),
        ("X-Forwarded-Host", host),
        ("X-Forwarded-For", client_address),
        (TERMINATOR_HEADER, secret),
    ]
    if chain:
        vouched.append(("Client-Cert", byte_sequence(chain[0])))
    if chain[1:]:
        vouched.append(("Client-Cert-Chain", ", ".join(map(byte_sequence, chain[1:]))))
    return kept + vouched


def _may_pass(name: str) -> bool:
    plain = name.replace("_", "-")
    return (
        plain == name
        and plain not in _DROPPED_FROM_CLIENT
        and not plain.startswith(_DROPPED_PREFIX)
    )


def response_headers(
    upstream: Iterable[tuple[bytes, bytes]], length: int, status: int
) -> list[tuple[bytes, bytes]]:
    """Build what the client receives: the gateway's headers with the body's true length."""
    kept = [
        (name, value)
        for name, value in upstream
        if name.decode("ascii").lower() not in _DROPPED_FROM_UPSTREAM
    ]
    if status not in _WITHOUT_BODY:
        kept.append((b"Content-Length", str(length).encode("ascii")))
    return kept
