import socket

import pytest
from clavis_testkit.loopback import OutsideConnectionError, is_loopback
from clavis_testkit.require import need


def test_what_is_missing_skips_with_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CLAVIS_REQUIRE", raising=False)
    with pytest.raises(pytest.skip.Exception, match=r"no-such-program is not on PATH \(a proof\)"):
        need("no-such-program", "a proof")


def test_what_is_missing_fails_when_everything_is_required(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CLAVIS_REQUIRE", "all")
    with pytest.raises(pytest.fail.Exception, match="CLAVIS_REQUIRE=all, but no-such-program"):
        need("no-such-program", "a proof")


def test_a_test_cannot_leave_the_machine() -> None:
    with socket.socket() as outside, pytest.raises(OutsideConnectionError):
        outside.connect(("192.0.2.1", 443))


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "::1", "localhost", "a.localhost", ""])
def test_loopback_is_this_machine(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["192.0.2.1", "example.org", "localhost.example.org", "fe80::1%1"])
def test_anything_else_is_not(host: str) -> None:
    assert not is_loopback(host)
