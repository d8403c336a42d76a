"""A provider by SMPP 3.4. One session as transceiver carries messages out and receipts back."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable

from aiosmpplib import ESME, AbstractBroker, AbstractHook, PhoneNumber, SubmitSm
from aiosmpplib.protocol import DeliverSm, SmppMessage, SubmitSmResp
from aiosmpplib.retrytimer import SimpleExponentialBackoff
from aiosmpplib.state import NPI, TON, SmppCommandStatus, SmppSessionState

from clavis_kit.messages.message import HandOver, OutgoingMessage, UndeliverableError
from clavis_kit.messages.providers import SmppProvider
from clavis_kit.messages.receipts import Receipt, ReceiptState

RESPONSE_SECONDS = 5.0
ENQUIRE_LINK_SECONDS = 30.0
MAX_WAITING = 1000
UDH_INDICATOR = 0x40  # SMPP 3.4 section 5.2.12: a long text travels in parts
# SMPP 3.4 appendix B, field `stat` of a delivery receipt.
_STATES = {
    "DELIVRD": ReceiptState.DELIVERED,
    "EXPIRED": ReceiptState.FAILED,
    "DELETED": ReceiptState.FAILED,
    "UNDELIV": ReceiptState.FAILED,
    "REJECTD": ReceiptState.FAILED,
}
OnReceipt = Callable[[Receipt], Awaitable[None]]
_Answers = dict[str, "asyncio.Future[str]"]


class _Queue(AbstractBroker):  # type: ignore[misc]  # the library has no py.typed
    """What waits for the wire. A message whose sender gave up is not sent any more."""

    def __init__(self, answers: _Answers) -> None:
        self._answers = answers
        self._waiting: asyncio.Queue[SmppMessage] = asyncio.Queue(MAX_WAITING)

    async def enqueue(self, message: SmppMessage) -> None:
        try:
            self._waiting.put_nowait(message)
        except asyncio.QueueFull:
            raise UndeliverableError("queue full") from None

    async def dequeue(self) -> SmppMessage:
        while True:
            message = await self._waiting.get()
            if isinstance(message, SubmitSm) and message.log_id in self._answers:
                return message


class _Hook(AbstractHook):  # type: ignore[misc]  # the library has no py.typed
    """Hears the answers to what was submitted, and the receipts that come later."""

    def __init__(self, provider: str, answers: _Answers, on_receipt: OnReceipt) -> None:
        self._provider = provider
        self._answers = answers
        self._on_receipt = on_receipt

    async def sending(self, smpp_message: SmppMessage, pdu: bytes, client_id: str) -> None:
        """Nothing: the text may hold a code."""

    async def received(
        self,
        smpp_message: SmppMessage | None,
        pdu: bytes,  # noqa: ARG002  the library's signature
        client_id: str,  # noqa: ARG002  the library's signature
    ) -> None:
        """Settle a submission, or note a receipt."""
        if isinstance(smpp_message, SubmitSmResp):
            self._settle(smpp_message)
        elif isinstance(smpp_message, DeliverSm) and smpp_message.is_receipt():
            await self._receipt(smpp_message)

    async def send_error(
        self,
        smpp_message: SmppMessage,
        error: Exception,
        client_id: str,  # noqa: ARG002  the library's signature
    ) -> None:
        """Tell the sender that the wire broke."""
        if isinstance(smpp_message, SubmitSm):
            self._fail(smpp_message.log_id, type(error).__name__)

    def _settle(self, response: SubmitSmResp) -> None:
        if response.command_status is not SmppCommandStatus.ESME_ROK:
            self._fail(response.log_id, response.command_status.name)
            return
        answer = self._answers.get(response.log_id)
        if answer is not None and not answer.done():
            answer.set_result(response.message_id)

    def _fail(self, log_id: str, reason: str) -> None:
        answer = self._answers.get(log_id)
        if answer is not None and not answer.done():
            answer.set_exception(UndeliverableError(reason))

    async def _receipt(self, delivery: DeliverSm) -> None:
        facts = delivery.parse_receipt()
        state = _STATES.get(str(facts.get("stat", "")).upper())
        if state is not None and facts.get("id"):
            await self._on_receipt(Receipt(self._provider, str(facts["id"]), state))


class SmppCarrier:
    """Submits messages over one bound session that comes back by itself when it is lost."""

    def __init__(self, provider: SmppProvider, on_receipt: OnReceipt) -> None:
        """Prepare the session; `opened` binds it."""
        self.name = provider.name
        self._answers: _Answers = {}
        self._source = provider.source
        self._queue = _Queue(self._answers)
        self._session = ESME(
            smsc_host=provider.host,
            smsc_port=provider.port,
            system_id=provider.system_id,
            password=provider.password,
            enquire_link_interval=ENQUIRE_LINK_SECONDS,
            # The library writes whole messages to its log; ours never hold a text.
            log_level=logging.CRITICAL + 1,
            log_handler=logging.NullHandler(),
            hook=_Hook(provider.name, self._answers, on_receipt),
            broker=self._queue,
            retry_timer=SimpleExponentialBackoff(),
            socket_timeout=RESPONSE_SECONDS,
        )

    @property
    def bound(self) -> bool:
        """Say whether the provider accepted our session."""
        return self._session.session_state is SmppSessionState.BOUND_TRX

    @contextlib.asynccontextmanager
    async def opened(self) -> AsyncIterator["SmppCarrier"]:
        """Keep the session while the service runs."""
        task = asyncio.create_task(self._session.start())
        try:
            yield self
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def send(self, message: OutgoingMessage) -> HandOver:
        """Hand the message over. Raises UndeliverableError; without a session at once."""
        if not self.bound:
            raise UndeliverableError("not bound")
        answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._answers[message.reference] = answer
        try:
            await self._queue.enqueue(self._submission(message))
            async with asyncio.timeout(RESPONSE_SECONDS):
                return HandOver(self.name, await answer)
        except TimeoutError as error:
            raise UndeliverableError("no answer") from error
        finally:
            del self._answers[message.reference]

    def _submission(self, message: OutgoingMessage) -> SubmitSm:
        return SubmitSm(
            short_message=message.body,
            source=_sender(self._source),
            destination=PhoneNumber(message.to.lstrip("+"), TON.INTERNATIONAL, NPI.ISDN),
            esm_class=UDH_INDICATOR,
            auto_message_payload=False,
            log_id=message.reference,
        )


def _sender(source: str) -> PhoneNumber:
    if source.lstrip("+").isdigit():
        return PhoneNumber(source.lstrip("+"), TON.INTERNATIONAL, NPI.ISDN)
    return PhoneNumber(source, TON.ALPHANUMERIC, NPI.UNKNOWN)
