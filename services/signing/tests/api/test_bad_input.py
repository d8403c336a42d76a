"""Whatever comes in, the answer is a problem document: never a trace, never a 500."""

from typing import Any

import httpx
import pytest
from clavis_kit.ids import new_id
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

HOSTILE = ["' OR 1=1 --", "<script>alert(1)</script>", "\x00", "٣٤", "a" * 5000, "%00", "😀" * 300]
PROBLEM = "application/problem+json"


def assert_problem(answer: httpx.Response) -> None:
    assert 400 <= answer.status_code < 500, answer.text
    assert answer.headers["content-type"] == PROBLEM
    assert "Traceback" not in answer.text


@pytest.mark.parametrize("text", HOSTILE)
async def test_hostile_secrets_are_wrong_or_refused(portal: Any, citizen: str, text: str) -> None:
    path = await portal.challenged(citizen)
    for password, otp in ((text, "123456"), ("correct horse battery", text)):
        answer = await portal.sign(citizen, path, password, otp)
        if answer.status_code == 200:
            assert answer.json()["verdict"] == "wrong"
        else:
            assert_problem(answer)
            assert text not in answer.text


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe", b'{"password": 1, "otp": {}}',
     b'{"password": "\\ud800", "otp": "1"}', b'{"otp": "1"}', b"{}" * 10],
)  # fmt: skip
async def test_a_broken_body_is_a_problem(portal: Any, citizen: str, body: bytes) -> None:
    path = await portal.challenged(citizen)
    headers = {**portal.token(citizen), "content-type": "application/json"}
    assert_problem(await portal.client.post(f"{path}/signature", content=body, headers=headers))
    if body != b"{}" * 10:
        assert_problem(await portal.client.post(f"{path}/challenge", content=body, headers=headers))


@pytest.mark.parametrize("media_type", ["text/plain", "application/xml", "multipart/form-data"])
async def test_another_content_type_is_a_problem(
    portal: Any, citizen: str, media_type: str
) -> None:
    path = await portal.challenged(citizen)
    headers = {**portal.token(citizen), "content-type": media_type}
    body = b'{"password": "x", "otp": "1"}'
    assert_problem(await portal.client.post(f"{path}/signature", content=body, headers=headers))


async def test_an_unknown_transaction_is_not_found(portal: Any, citizen: str) -> None:
    for identifier, status in ((new_id(), 404), ("1", 422), ("'--", 422)):
        path = f"/citizen/v1/transactions/{identifier}"
        for answer in (
            await portal.get(citizen, f"{path}/signed.pdf"),
            await portal.get(citizen, f"{path}/pages/1"),
            await portal.sign(citizen, path),
            await portal.challenge(citizen, path),
        ):
            assert_problem(answer)
            assert answer.status_code == status


async def test_documents_of_one_citizen_are_limited(portal: Any, citizen: str, deps: Any) -> None:
    for _ in range(deps.settings.documents_per_citizen):
        await portal.upload(citizen)
    files = {"document": ("a.pdf", portal.document, "application/pdf")}
    answer = await portal.client.post(
        "/citizen/v1/transactions", files=files, headers=portal.token(citizen)
    )
    assert (answer.status_code, answer.json()["code"]) == (429, "too-many-documents")


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(body=st.binary(max_size=300))
async def test_any_bytes_get_an_ocsp_answer(client: httpx.AsyncClient, body: bytes) -> None:
    answer = await client.post("/pki/ocsp", content=body)
    assert (answer.status_code, answer.headers["content-type"]) == (
        200,
        "application/ocsp-response",
    )
