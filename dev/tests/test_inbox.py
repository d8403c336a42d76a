from pathlib import Path

import httpx
import pytest

from dev.inbox import create_app

SMS = {"channel": "sms", "to": "+34600100001", "body": "Su PIN es ABC", "reference": "r1"}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "messages.jsonl"


@pytest.fixture
def inbox(file: Path) -> httpx.AsyncClient:
    return _open(file)


def _open(file: Path) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(create_app(file))
    return httpx.AsyncClient(transport=transport, base_url="http://localhost")


async def _bodies(inbox: httpx.AsyncClient, to: str | None = None) -> list[str]:
    answer = await inbox.get("/api/messages", params={"to": to} if to else {})
    return [message["body"] for message in answer.json()]


async def test_a_message_is_taken_and_listed(inbox: httpx.AsyncClient) -> None:
    assert (await inbox.post("/api/messages", json=SMS)).status_code == 202
    (message,) = (await inbox.get("/api/messages", params={"to": SMS["to"]})).json()
    assert set(message) == {"channel", "to", "subject", "body", "at"}
    assert (message["channel"], message["to"], message["subject"]) == ("sms", SMS["to"], None)


@pytest.mark.parametrize("to", ["+34600100001", "34600100001"])
async def test_a_phone_number_is_found_with_and_without_its_plus(
    inbox: httpx.AsyncClient, to: str
) -> None:
    await inbox.post("/api/messages", json=SMS)
    assert await _bodies(inbox, to) == [SMS["body"]]


async def test_messages_come_oldest_first_and_of_one_recipient(inbox: httpx.AsyncClient) -> None:
    for body in ("one", "two"):
        await inbox.post("/api/messages", json={**SMS, "body": body})
    await inbox.post("/api/messages", json={**SMS, "to": "+34600100002", "body": "other"})
    assert await _bodies(inbox, SMS["to"]) == ["one", "two"]
    assert await _bodies(inbox) == ["one", "two", "other"]


async def test_a_restart_keeps_the_messages(inbox: httpx.AsyncClient, file: Path) -> None:
    await inbox.post("/api/messages", json={**SMS, "body": "línea 1\nlínea 2"})
    assert await _bodies(_open(file)) == ["línea 1\nlínea 2"]


async def test_half_a_line_left_by_a_crash_hides_nothing(
    inbox: httpx.AsyncClient, file: Path
) -> None:
    await inbox.post("/api/messages", json=SMS)
    with file.open("a") as stream:
        stream.write('{"channel": "sm')
    assert await _bodies(_open(file)) == [SMS["body"]]


@pytest.mark.parametrize(
    "wrong",
    [{}, {**SMS, "channel": "pigeon"}, {**SMS, "to": ""}, {**SMS, "body": None}],
)
async def test_what_is_no_message_is_refused(
    inbox: httpx.AsyncClient, wrong: dict[str, object]
) -> None:
    assert (await inbox.post("/api/messages", json=wrong)).status_code == 422
    assert await _bodies(inbox) == []


async def test_the_page_shows_the_newest_first_and_executes_nothing(
    inbox: httpx.AsyncClient,
) -> None:
    await inbox.post("/api/messages", json={**SMS, "body": "older"})
    await inbox.post("/api/messages", json={**SMS, "body": "<script>alert(1)</script>"})
    page = await inbox.get("/", headers={"Accept-Language": "en"})
    assert page.text.index("&lt;script&gt;") < page.text.index("older")
    assert "<script" not in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert 'lang="en"' in page.text


@pytest.mark.parametrize(("language", "word"), [("es", "Bandeja"), ("en", "Message inbox")])
async def test_the_page_speaks_both_languages(
    inbox: httpx.AsyncClient, language: str, word: str
) -> None:
    assert word in (await inbox.get("/", params={"lang": language})).text
