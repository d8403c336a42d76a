"""Which documents are taken in, and what is shown of them."""

import hashlib
import io
import zipfile
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pikepdf
import pytest
from clavis_kit.clock import FrozenClock
from clavis_signing.actions import documents
from clavis_signing.deps import Deps
from pikepdf import Array, Dictionary, Name, String

Token = Callable[..., dict[str, str]]


async def upload(
    client: httpx.AsyncClient,
    headers: dict[str, str],
    content: bytes,
    media_type: str = "application/pdf",
    name: str = "contrato.pdf",
) -> httpx.Response:
    files = {"document": (name, content, media_type)}
    return await client.post("/citizen/v1/transactions", files=files, headers=headers)


async def test_a_document_is_taken_in_with_its_fingerprint(
    client: httpx.AsyncClient, citizen: str, token: Token, pdf: bytes
) -> None:
    answer = await upload(client, token(citizen), pdf)
    assert answer.status_code == 201
    body = answer.json()
    digest = hashlib.sha256(pdf).hexdigest()
    assert body["sha256"] == digest
    assert body["short_code"] == f"{digest[:4]}-{digest[4:8]}".upper()
    assert (body["name"], body["size"], body["page_count"]) == ("contrato.pdf", len(pdf), 2)
    assert (body["eligible"], body["obstacles"], body["will_issue"]) == (True, [], True)
    assert body["certificate"] == {"state": "none", "not_after": None}
    assert body["policies_url"] == "http://signing.test/pki/policies/es"


async def test_the_stored_bytes_are_the_hashed_ones(
    client: httpx.AsyncClient, citizen: str, token: Token, pdf: bytes, deps: Deps
) -> None:
    body = (await upload(client, token(citizen), pdf)).json()
    stored = await deps.pool.fetchval("SELECT content FROM document")
    assert hashlib.sha256(stored).hexdigest() == body["sha256"]


def altered(change: Callable[[pikepdf.Pdf], Any], **save: Any) -> bytes:
    pdf, buffer = pikepdf.new(), io.BytesIO()
    pdf.add_blank_page()
    change(pdf)
    pdf.save(buffer, **save)
    return buffer.getvalue()


def nothing(_: pikepdf.Pdf) -> None:
    """Change nothing."""


def put(path: str, value: Any) -> Callable[[pikepdf.Pdf], None]:
    def change(pdf: pikepdf.Pdf) -> None:
        pdf.Root[path] = value

    return change


def annotate(**entries: Any) -> Callable[[pikepdf.Pdf], None]:
    def change(pdf: pikepdf.Pdf) -> None:
        note = Dictionary(Type=Name.Annot, Rect=[0, 0, 9, 9], **entries)
        pdf.pages[0].obj.Annots = pdf.make_indirect(Array([pdf.make_indirect(note)]))

    return change


def add_pages(count: int) -> Callable[[pikepdf.Pdf], None]:
    def change(pdf: pikepdf.Pdf) -> None:
        for _ in range(count):
            pdf.add_blank_page()

    return change


def attach(pdf: pikepdf.Pdf) -> None:
    pdf.attachments["anexo.txt"] = b"text"


def hide_a_layer(pdf: pikepdf.Pdf) -> None:
    layer = pdf.make_indirect(Dictionary(Type=Name.OCG, Name=String("oculta")))
    pdf.Root.OCProperties = Dictionary(OCGs=[layer], D=Dictionary(OFF=[layer]))


def zip_bytes() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("run.txt", "x")
    return buffer.getvalue()


SCRIPT = Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))
BAD = {
    "not-pdf": [b"", b"hello", b"\xff\xd8\xff\xe0JFIF", b"<html>%PDF-1.7</html>",
                zip_bytes() + altered(nothing)],
    "pdf-broken": [
        b"%PDF-1.7\n%%EOF",
        altered(nothing)[:200] + b"\n%%EOF\n",
        altered(put("/AcroForm", Dictionary(Fields=5))),
        altered(put("/AcroForm", 5)),
    ],
    "pdf-encrypted": [
        altered(nothing, encryption=pikepdf.Encryption(owner="o", user="u")),
        altered(nothing, encryption=pikepdf.Encryption(owner="o", user="")),
    ],
    "pdf-javascript": [
        altered(put("/OpenAction", SCRIPT)),
        altered(annotate(Subtype=Name.Link, A=SCRIPT)),
        altered(put("/AA", Dictionary(WC=SCRIPT))),
        altered(put("/OpenAction", SCRIPT),
                object_stream_mode=pikepdf.ObjectStreamMode.generate),
    ],
    "pdf-xfa": [altered(put("/AcroForm", Dictionary(Fields=[], XFA=String("<xdp/>"))))],
    "pdf-launch-action": [
        altered(put("/OpenAction", Dictionary(S=Name.Launch, F=String("calc.exe")))),
    ],
    "pdf-embedded-files": [altered(attach), altered(annotate(Subtype=Name.FileAttachment))],
    "pdf-multimedia": [altered(annotate(Subtype=Name.RichMedia))],
    "pdf-hidden-layers": [altered(hide_a_layer)],
    "pdf-locked": [altered(put("/Perms", Dictionary(DocMDP=Dictionary())))],
    "pdf-too-many-pages": [altered(add_pages(200))],
    "pdf-no-pages": [altered(lambda pdf: pdf.pages.__delitem__(0))],
    "pdf-trailing-data": [altered(nothing) + zip_bytes(), altered(nothing) + b"<script>"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("code", "content"),
    [(code, content) for code, contents in BAD.items() for content in contents],
    ids=[f"{code}-{n}" for code, contents in BAD.items() for n in range(len(contents))],
)
async def test_a_bad_document_is_refused_with_its_code(
    client: httpx.AsyncClient, citizen: str, token: Token, code: str, content: bytes, deps: Deps
) -> None:
    answer = await upload(client, token(citizen), content)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert await deps.pool.fetchval("SELECT count(*) FROM document") == 0


async def test_a_document_nested_without_end_is_refused(
    client: httpx.AsyncClient, citizen: str, token: Token
) -> None:
    nested = b"[" * 50_000 + b"]" * 50_000
    sound = altered(put("/Odd", Dictionary(A=Array([1]))))
    answer = await upload(client, token(citizen), sound.replace(b"[ 1 ]", nested))
    assert answer.status_code == 422
    assert answer.json()["code"] in {"pdf-broken", "pdf-too-complex"}


async def test_another_media_type_is_refused(
    client: httpx.AsyncClient, citizen: str, token: Token, pdf: bytes
) -> None:
    answer = await upload(client, token(citizen), pdf, "text/html")
    assert (answer.status_code, answer.json()["code"]) == (422, "not-pdf")


async def test_a_document_over_the_limit_is_refused(
    client: httpx.AsyncClient, citizen: str, token: Token, deps: Deps
) -> None:
    size = deps.settings.document_max_bytes
    answer = await upload(client, token(citizen), b"%PDF-1.7" + b" " * size)
    assert (answer.status_code, answer.json()["code"]) == (413, "document-too-large")
    answer = await upload(client, token(citizen), b"%PDF-1.7" + b" " * 2 * size)
    assert (answer.status_code, answer.json()["code"]) == (413, "body-too-large")


async def test_a_form_without_a_document_is_refused(
    client: httpx.AsyncClient, citizen: str, token: Token
) -> None:
    for request in ({"data": {"document": "x"}}, {"json": {}}, {"content": b"\xff"}):
        answer = await client.post(
            "/citizen/v1/transactions", headers=token(citizen), **request
        )  # fmt: skip
        assert answer.status_code in {400, 422}


async def test_pages_are_pictures_with_their_text(
    client: httpx.AsyncClient, citizen: str, token: Token
) -> None:
    text = b"BT /F1 24 Tf 72 700 Td (Solicitud de beca) Tj ET"

    def write(pdf: pikepdf.Pdf) -> None:
        font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
        page = pdf.pages[0]
        page.Resources = Dictionary(Font=Dictionary(F1=font))
        page.Contents = pdf.make_stream(text)

    body = (await upload(client, token(citizen), altered(write))).json()
    base = f"/citizen/v1/transactions/{body['transaction_id']}/pages"
    picture = await client.get(f"{base}/1", headers=token(citizen))
    assert picture.headers["content-type"] == "image/png"
    assert picture.content.startswith(b"\x89PNG")
    words = await client.get(f"{base}/1/text", headers=token(citizen))
    assert "Solicitud de beca" in words.text
    for missing in ("0", "2", "-1", "99999"):
        answer = await client.get(f"{base}/{missing}", headers=token(citizen))
        assert (answer.status_code, answer.json()["code"]) == (404, "page-not-found")


async def test_a_huge_page_is_drawn_within_limits(
    client: httpx.AsyncClient, citizen: str, token: Token
) -> None:
    def enlarge(pdf: pikepdf.Pdf) -> None:
        pdf.pages[0].MediaBox = Array([0, 0, 14400, 14400])

    body = (await upload(client, token(citizen), altered(enlarge))).json()
    path = f"/citizen/v1/transactions/{body['transaction_id']}/pages/1"
    picture = await client.get(path, headers=token(citizen))
    assert picture.status_code == 200
    assert len(picture.content) < 1_000_000


async def test_nobody_sees_the_document_of_another(
    client: httpx.AsyncClient, citizen: str, token: Token, pdf: bytes
) -> None:
    body = (await upload(client, token(citizen), pdf)).json()
    stranger = token("11111111-1111-4111-8111-111111111111")
    base = f"/citizen/v1/transactions/{body['transaction_id']}"
    for path in ("pages/1", "pages/1/text", "signed.pdf", "receipt.pdf"):
        answer = await client.get(f"{base}/{path}", headers=stranger)
        assert (answer.status_code, answer.json()["code"]) == (404, "transaction-not-found")


async def test_only_the_portal_with_a_good_token_gets_in(
    client: httpx.AsyncClient, citizen: str, token: Token, clock: FrozenClock
) -> None:
    bare = await client.get("/citizen/v1/certificates")
    assert bare.status_code == 401
    other = await client.get(
        "/citizen/v1/certificates", headers=token(citizen, client_id="demo-web")
    )
    assert (other.status_code, other.json()["code"]) == (403, "client-not-allowed")
    odd = await client.get("/citizen/v1/certificates", headers=token("' OR 1=1"))
    assert odd.status_code == 401


async def test_a_document_left_alone_is_forgotten_after_a_day(
    client: httpx.AsyncClient,
    citizen: str,
    token: Token,
    pdf: bytes,
    deps: Deps,
    clock: FrozenClock,
) -> None:
    body = (await upload(client, token(citizen), pdf)).json()
    assert await documents.purge(deps) == 0
    clock.advance(timedelta(hours=24))
    assert await documents.purge(deps) == 1
    assert await deps.pool.fetchval("SELECT count(*) FROM document") == 0
    row = await deps.pool.fetchrow("SELECT document_name, sha256 FROM signing_transaction")
    assert row is not None
    assert (row["document_name"], row["sha256"]) == (None, body["sha256"])
    path = f"/citizen/v1/transactions/{body['transaction_id']}/pages/1"
    assert (await client.get(path, headers=token(citizen))).status_code == 410


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("C:\\Users\\ana\\contrato.pdf", "contrato.pdf"),
        ("../../etc/passwd", "passwd"),
        ("a\x00b\r\nSet-Cookie: x.pdf", "abSet-Cookie: x.pdf"),
        ("\u202efdp.exe", "fdp.exe"),
        ("", "document.pdf"),
        ("x" * 500, "x" * 120),
    ],
)
def test_a_name_is_only_a_name(typed: str, kept: str) -> None:
    assert documents.clean_name(typed) == kept
