"""E-mail by SMTP against a server written by others."""

import pytest
from clavis_kit.messages import OutgoingMessage, UndeliverableError
from clavis_kit.messages.smtp import SmtpCarrier
from clavis_testkit.launchers.process import free_port

from libs.kit.tests.messages.message_servers import Letterbox

# The server warns of a password without encryption, and of its own ways: it is on loopback.
pytestmark = [
    pytest.mark.filterwarnings("ignore:Requiring AUTH"),
    pytest.mark.filterwarnings("ignore:Session.login_data"),
]
NOTICE = OutgoingMessage(
    "email", "ana@ejemplo.es", "Su contraseña ha cambiado.", "f1c0", "Aviso: contraseña"
)


async def test_a_notice_arrives_whole(letterbox: Letterbox) -> None:
    url = f"smtp://clavis:secret@127.0.0.1:{letterbox.port}"
    await SmtpCarrier(url, "no-reply@clavis.example").send(NOTICE)
    (mail,) = letterbox.mails
    assert mail["To"] == "ana@ejemplo.es"
    assert mail["Subject"] == "Aviso: contraseña"
    assert mail.get_content().strip() == "Su contraseña ha cambiado."
    assert mail["Message-ID"] == "<f1c0@clavis.example>"
    assert mail["Auto-Submitted"] == "auto-generated"


async def test_a_wrong_password_is_undeliverable(letterbox: Letterbox) -> None:
    url = f"smtp://clavis:wrong@127.0.0.1:{letterbox.port}"
    with pytest.raises(UndeliverableError, match="SMTPAuthenticationError"):
        await SmtpCarrier(url, "no-reply@clavis.example").send(NOTICE)
    assert not letterbox.mails


@pytest.mark.parametrize("query", ["", "?starttls=1"])
async def test_no_server_or_no_encryption_is_undeliverable(
    letterbox: Letterbox, query: str
) -> None:
    port = letterbox.port if query else free_port()
    with pytest.raises(UndeliverableError):
        await SmtpCarrier(f"smtp://127.0.0.1:{port}{query}", "no-reply@clavis.example").send(NOTICE)


async def test_nobody_adds_a_header(letterbox: Letterbox) -> None:
    url = f"smtp://clavis:secret@127.0.0.1:{letterbox.port}"
    sly = OutgoingMessage("email", "ana@ejemplo.es\nBcc: eva@ejemplo.es", "x", "f1c1", "s")
    with pytest.raises(UndeliverableError):
        await SmtpCarrier(url, "no-reply@clavis.example").send(sly)
    assert not letterbox.mails
