"""What anybody may read of our certificates (RFC 5280, RFC 6960)."""

import base64
import binascii
from typing import Annotated
from urllib.parse import unquote

from clavis_kit.errors import ServiceError
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from fastapi import APIRouter, Depends, Request, Response

from clavis_signing import policies
from clavis_signing.actions import publication
from clavis_signing.deps import Deps
from clavis_signing.routes.citizen import get_deps

OCSP_MAX_BYTES = 4096
OCSP_RESPONSE = "application/ocsp-response"
# A revocation must be seen within a second: caches ask again each time.
REVALIDATE = {"Cache-Control": "no-cache"}
LASTING = {"Cache-Control": "public, max-age=86400"}
DepsDep = Annotated[Deps, Depends(get_deps)]
router = APIRouter(prefix="/pki", tags=["pki"])


@router.get("/crl/issuing.crl", response_class=Response)
async def get_crl(deps: DepsDep) -> Response:
    """Serve the revocation list in force (RFC 5280 section 4.2.1.13)."""
    crl = await publication.current_crl(deps)
    headers = {**REVALIDATE, "ETag": f'"{crl.number}"'}
    return Response(crl.content, media_type="application/pkix-crl", headers=headers)


@router.get("/crl/root.crl", response_class=Response)
async def get_root_crl(deps: DepsDep) -> Response:
    """Serve the root's revocation list, where this deployment has one to serve."""
    crl = deps.authority.root_crl()
    if crl is None:
        raise ServiceError("not-found", 404)
    return Response(crl, media_type="application/pkix-crl", headers=REVALIDATE)


@router.post("/ocsp", response_class=Response)
async def post_ocsp(request: Request, deps: DepsDep) -> Response:
    """Answer a status request (RFC 6960 appendix A.1)."""
    body = await request.body()
    if len(body) > OCSP_MAX_BYTES:
        body = b""  # no request about one certificate is this long: malformed
    return _ocsp(await publication.answer_ocsp(deps, body))


@router.get("/ocsp/{encoded:path}", response_class=Response)
async def get_ocsp(encoded: str, deps: DepsDep) -> Response:
    """Answer a status request in the path (RFC 6960 appendix A.1, RFC 5019 section 5)."""
    try:
        body = base64.b64decode(unquote(encoded)[:OCSP_MAX_BYTES], validate=True)
    except (binascii.Error, ValueError):
        body = b""
    return _ocsp(await publication.answer_ocsp(deps, body))


def _ocsp(answer: bytes) -> Response:
    return Response(answer, media_type=OCSP_RESPONSE, headers=REVALIDATE)


@router.get("/ca/issuing.cer", response_class=Response)
async def get_issuing_ca(deps: DepsDep) -> Response:
    """Serve the issuing CA's certificate."""
    return _certificate(deps.authority.certificate)


@router.get("/ca/root.cer", response_class=Response)
async def get_root_ca(deps: DepsDep) -> Response:
    """Serve the root CA's certificate."""
    return _certificate(deps.authority.root)


def _certificate(certificate: x509.Certificate) -> Response:
    content = certificate.public_bytes(serialization.Encoding.DER)
    return Response(content, media_type="application/pkix-cert", headers=LASTING)


@router.get("/policies/{language}", response_class=Response)
async def get_policies(language: str, deps: DepsDep) -> Response:
    """Show the certification policies in Spanish or English."""
    page = policies.render(language, deps.settings, deps.authority)
    if page is None:
        raise ServiceError("not-found", 404)
    headers = {"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'"}
    return Response(page, media_type="text/html; charset=utf-8", headers=headers)
