"""What the demo's test authorities publish: revocation lists and answers about one certificate."""

from datetime import UTC, datetime
from pathlib import Path

from clavis_testkit.pki import OcspResponder
from fastapi import FastAPI, Request, Response
from fastapi.staticfiles import StaticFiles

_MAX_REQUEST = 10_000


def add_authorities(app: FastAPI, directory: Path) -> None:
    """Serve ``/pki/crl/*.crl`` (RFC 5280) and ``/pki/ocsp`` (RFC 6960) of a demo PKI."""
    responder = OcspResponder(directory)
    app.mount("/pki/crl", StaticFiles(directory=directory / "crl"))

    @app.post("/pki/ocsp")
    async def ocsp(request: Request) -> Response:
        body = bytearray()
        async for part in request.stream():
            body += part
            if len(body) > _MAX_REQUEST:
                return Response(status_code=413)
        answer = responder.answer(bytes(body), now=datetime.now(UTC))
        return Response(answer, media_type="application/ocsp-response")
