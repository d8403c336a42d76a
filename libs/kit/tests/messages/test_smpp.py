"""SMPP 3.4 against a message centre written by others."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable

import pytest
import smpp34
from clavis_kit.ids import new_id
from clavis_kit.messages import OutgoingMessage, UndeliverableError
from clavis_kit.messages import smpp as adapter
from clavis_kit.messages.providers import SmppProvider
from clavis_kit.messages.receipts import Receipt, ReceiptState
from clavis_kit.messages.smpp import SmppCarrier
from clavis_testkit.patience import FOREVER_SECONDS

from libs.kit.tests.messages.message_servers import (
    MessageCentre,
    decoded,
    message_centre,
    part_number,
)

CODE = "481516"


def provider(port: int) -> SmppProvider:
    return SmppProvider(
        kind="smpp", name="uno", host="127.0.0.1", port=port, system_id="clavis",
        password="secret", source="CLAVIS",
    )  # fmt: skip


def sms(body: str, to: str = "+34600111222") -> OutgoingMessage:
    return OutgoingMessage("sms", to, body, new_id())


async def until(holds: Callable[[], object]) -> None:
    async with asyncio.timeout(FOREVER_SECONDS):
        while not holds():  # noqa: ASYNC110  the library has no event to await
            await asyncio.sleep(0.02)


@pytest.fixture
def receipts() -> list[Receipt]:
    return []


@pytest.fixture
async def carrier(centre: MessageCentre, receipts: list[Receipt]) -> AsyncIterator[SmppCarrier]:
    async def keep(receipt: Receipt) -> None:
        receipts.append(receipt)

    async with SmppCarrier(provider(centre.port), keep).opened() as opened:
        await until(lambda: opened.bound and centre.sessions)
        yield opened


async def test_a_message_arrives_as_it_was_written(
    carrier: SmppCarrier, centre: MessageCentre
) -> None:
    taken = await carrier.send(sms(f"Clavis: su código es {CODE}"))
    assert (taken.provider, taken.message_id) == ("uno", "m-1")
    event = centre.taken[0]
    assert (event.destination_addr, event.dest_addr_ton, event.source_addr) == (
        "34600111222", 1, "CLAVIS",
    )  # fmt: skip
    assert event.registered_delivery & 1
    assert CODE in centre.texts[0]


async def test_a_text_in_another_alphabet_and_a_long_one_arrive_whole(
    carrier: SmppCarrier, centre: MessageCentre
) -> None:
    await carrier.send(sms("Código: ñandú 中"))
    long = "Aviso " + "0123456789" * 25
    await carrier.send(sms(long))
    parts = sorted(centre.taken[1:], key=part_number)
    assert centre.texts[0] == "Código: ñandú 中"
    assert "".join(decoded(part) for part in parts) == long
    assert len(parts) > 1


async def test_a_refusal_names_its_status(carrier: SmppCarrier, centre: MessageCentre) -> None:
    centre.status = smpp34.ESME_RTHROTTLED
    with pytest.raises(UndeliverableError, match="ESME_RTHROTTLED"):
        await carrier.send(sms("x"))


async def test_a_silent_centre_is_not_waited_for_long(
    carrier: SmppCarrier, centre: MessageCentre, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adapter, "RESPONSE_SECONDS", 0.2)
    centre.silent = True
    with pytest.raises(UndeliverableError, match="no answer"):
        await carrier.send(sms("x"))


async def test_receipts_come_back(
    carrier: SmppCarrier, centre: MessageCentre, receipts: list[Receipt]
) -> None:
    await carrier.send(sms("x"))
    await carrier.send(sms("y"))
    await centre.say("m-1", "DELIVRD")
    await centre.say("m-2", "UNDELIV")
    await until(lambda: len(receipts) == 2)
    assert receipts == [
        Receipt("uno", "m-1", ReceiptState.DELIVERED),
        Receipt("uno", "m-2", ReceiptState.FAILED),
    ]


async def test_no_centre_no_waiting_and_the_session_comes_back(receipts: list[Receipt]) -> None:
    async def keep(receipt: Receipt) -> None:
        receipts.append(receipt)

    async with message_centre() as first:
        port = first.port
        carrier = SmppCarrier(provider(port), keep)
        async with carrier.opened():
            # The centre hears of a session after we do.
            await until(lambda: carrier.bound and first.sessions)
            for session in list(first.sessions.values()):
                await session.unbind()
            await until(lambda: not carrier.bound or len(first.sessions) > 1)
            await until(lambda: carrier.bound and len(first.sessions) > 1)
            assert (await carrier.send(sms("x"))).message_id == "m-1"
    with pytest.raises(UndeliverableError):
        await carrier.send(sms("y"))


async def test_no_text_reaches_a_log(
    carrier: SmppCarrier, centre: MessageCentre, caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    caplog.set_level(logging.DEBUG)
    await carrier.send(sms(f"su código es {CODE}"))
    centre.status = smpp34.ESME_RSYSERR
    with pytest.raises(UndeliverableError):
        await carrier.send(sms(f"su código es {CODE}"))
    printed = capfd.readouterr()
    assert CODE not in caplog.text + printed.out + printed.err
