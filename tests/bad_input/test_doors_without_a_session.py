"""Where anybody may knock without a session: the app's door in the portal, and "it was not me"."""

from collections.abc import Iterator

import httpx
import pytest
from clavis_testkit.running_demo import RunningDemo

from tests.bad_input.material import HOSTILE, HOSTILE_JSON, NOBODY, assert_safe, error_code

pytestmark = pytest.mark.slow
OWN = {"X-Clavis-CSRF": "1", "Sec-Fetch-Site": "same-origin"}
_ID = "00000000-0000-4000-8000-000000000000"
CALLS = (
    ("POST", "/enrolments"),
    ("POST", f"/enrolments/{_ID}/proof"),
    ("GET", "/requests"),
    ("POST", "/requests/claim"),
    ("POST", f"/requests/{_ID}/decision"),
    ("GET", "/pin"),
    ("POST", "/push-subscription"),
    ("GET", "/device"),
    ("DELETE", "/device"),
)
BODY = {"national_id": NOBODY, "contrast": "2031-01-01", "qr": "x", "code": "0", "decision": "x"}


@pytest.fixture
def portal(demo: RunningDemo) -> Iterator[httpx.Client]:
    url = f"{demo.url(5)}/app/api"
    with httpx.Client(base_url=url, headers=OWN, timeout=60, trust_env=False) as client:
        yield client


@pytest.fixture
def gateway(demo: RunningDemo) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=demo.issuer, timeout=60, trust_env=False) as client:
        yield client


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_proofs_of_a_device_are_refused(portal: httpx.Client, kind: str) -> None:
    proof = HOSTILE[kind][:4000].encode("utf-8").translate(None, b"\r\n\x00").strip()
    for method, path in CALLS:
        body = None if method == "GET" else BODY
        answer = portal.request(method, path, headers={b"Clavis-Device-Proof": proof}, json=body)
        assert_safe(answer, (method, path, kind))
        assert answer.status_code in {401, 422}, (path, answer.status_code)


@pytest.mark.parametrize("kind", [k for k in HOSTILE_JSON if k != "lone-surrogate"])
def test_hostile_bodies_of_a_device_are_refused(portal: httpx.Client, kind: str) -> None:
    for method, path in CALLS:
        if method == "POST":
            for document in (HOSTILE_JSON[kind], BODY | {"qr": HOSTILE_JSON[kind]}):
                answer = portal.request(method, path, json=document)
                assert_safe(answer, (path, kind))
                assert 400 <= answer.status_code < 500, (path, answer.status_code)


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_report_with_a_hostile_token_freezes_nobody(gateway: httpx.Client, kind: str) -> None:
    same = {"Sec-Fetch-Site": "same-origin", "Origin": str(gateway.base_url).rstrip("/")}
    shown = gateway.get("/not-me", params={"token": HOSTILE[kind][:3000]})
    assert_safe(shown, kind)
    sent = gateway.post("/not-me", data={"token": HOSTILE[kind]}, headers=same)
    assert_safe(sent, kind)
    assert (sent.status_code, error_code(sent)) == (410, "report-invalid")


def test_every_token_that_is_none_gets_the_same_answer(gateway: httpx.Client) -> None:
    texts = {gateway.get("/not-me", params={"token": t}).text.replace(t, "") for t in ("aa", "bb")}
    assert len(texts) == 1
