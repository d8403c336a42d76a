"""Two gateways are restarted in turn, with a key rotation in between, while people log in."""

import itertools
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from clavis_testkit.code_flow import VERIFIER, CodeFlow
from clavis_testkit.newcomers import operate
from clavis_testkit.running_demo import RunningDemo

from tests.faults.rollout import BalancedCitizen, Rollout, balanced, two_gateways

pytestmark = pytest.mark.slow
WORKERS = 2
LOGINS_BEFORE_AND_AFTER = 6
PATIENCE_SECONDS = 240.0


@dataclass
class Load:
    """People who log in one after the other until told to stop."""

    demo: RunningDemo
    rollout: Rollout
    tokens: list[dict[str, Any]] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    _stop: threading.Event = field(default_factory=threading.Event)

    def run(self, people: list[dict[str, Any]]) -> list[threading.Thread]:
        """Start the workers."""
        threads = [
            threading.Thread(target=self._work, args=(people[n::WORKERS],), name=f"logins-{n}")
            for n in range(WORKERS)
        ]
        for thread in threads:
            thread.start()
        return threads

    def stop(self) -> None:
        """Begin no more logins."""
        self._stop.set()

    def wait_for(self, more: int) -> None:
        """Return when so many more logins have ended."""
        wanted, deadline = self._ended() + more, time.monotonic() + PATIENCE_SECONDS
        while self._ended() < wanted:
            assert time.monotonic() < deadline, self.failures
            time.sleep(0.05)

    def _ended(self) -> int:
        return len(self.tokens) + len(self.failures)

    def _work(self, people: list[dict[str, Any]]) -> None:
        with balanced(self.demo, self.rollout) as service:
            for person in itertools.cycle(people):
                if self._stop.is_set():
                    return
                try:
                    self.tokens.append(self._login(person, service))
                except Exception as error:  # noqa: BLE001  whatever it was, a login failed
                    self.failures.append(f"{type(error).__name__}: {error}")

    def _login(self, person: dict[str, Any], service: httpx.Client) -> dict[str, Any]:
        web = CodeFlow(self.demo, "demo-web")
        with BalancedCitizen(self.demo, person, self.rollout) as citizen:
            web.begin(citizen, scope="openid offline_access")
            citizen.enter_with_password()
            code = web.answer(citizen)["code"]
        auth = httpx.BasicAuth("demo-web", web.client["client_secret"])
        form = {"grant_type": "authorization_code", "code": code,
                "redirect_uri": web.callback, "code_verifier": VERIFIER}  # fmt: skip
        tokens = service.post(f"{self.demo.issuer}/token", data=form, auth=auth)
        tokens.raise_for_status()
        found: dict[str, Any] = tokens.json()
        bearer = {"Authorization": f"Bearer {found['access_token']}"}
        service.get(f"{self.demo.issuer}/userinfo", headers=bearer).raise_for_status()
        form = {"grant_type": "refresh_token", "refresh_token": found["refresh_token"]}
        refreshed = service.post(f"{self.demo.issuer}/token", data=form, auth=auth)
        refreshed.raise_for_status()
        return found


@dataclass(frozen=True)
class Outcome:
    """What the load saw, and the published keys before and after."""

    load: Load
    keys_before: dict[str, Any]
    keys_after: dict[str, Any]


@pytest.fixture(scope="module")
def outcome(demo: RunningDemo, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outcome]:
    people = [p for p in demo.data["people"] if p["password"] and p["status"] == "registered"]
    directory: Path = tmp_path_factory.mktemp("rollout")
    with two_gateways(demo, directory) as rollout, balanced(demo, rollout) as http:
        keys_before = http.get(f"{demo.issuer}/jwks").json()
        load = Load(demo, rollout)
        threads = load.run(people * WORKERS)
        try:
            load.wait_for(LOGINS_BEFORE_AND_AFTER)
            for number, _ in enumerate(rollout.restart_each()):
                if number == 0:
                    operate(demo, "gateway", "keys", "rotate")
            load.wait_for(LOGINS_BEFORE_AND_AFTER)
        finally:
            load.stop()
            for thread in threads:
                thread.join(PATIENCE_SECONDS)
        yield Outcome(load, keys_before, http.get(f"{demo.issuer}/jwks").json())


def kids(keys: dict[str, Any]) -> set[str]:
    return {key["kid"] for key in keys["keys"]}


def verified(token: str, keys: dict[str, Any]) -> bool:
    """Let another library judge the token with a key set as a relying party has it."""
    header = jwt.get_unverified_header(token)
    try:
        key = jwt.PyJWKSet.from_dict(keys)[header["kid"]]
        jwt.decode(token, key, algorithms=[header["alg"]], audience="demo-web")
    except (KeyError, jwt.PyJWTError):
        return False
    return True


def test_no_login_failed(outcome: Outcome) -> None:
    assert outcome.load.failures == []
    assert len(outcome.load.tokens) >= 2 * LOGINS_BEFORE_AND_AFTER


def test_the_keys_were_changed_in_between(outcome: Outcome) -> None:
    used = {jwt.get_unverified_header(t["id_token"])["kid"] for t in outcome.load.tokens}
    assert len(used) == 2


def test_who_fetched_the_keys_before_verifies_what_was_signed_after(outcome: Outcome) -> None:
    assert all(verified(t["id_token"], outcome.keys_before) for t in outcome.load.tokens)


def test_who_fetches_the_keys_after_verifies_what_was_signed_before(outcome: Outcome) -> None:
    assert all(verified(t["id_token"], outcome.keys_after) for t in outcome.load.tokens)
    assert kids(outcome.keys_after) > {
        jwt.get_unverified_header(t["id_token"])["kid"] for t in outcome.load.tokens
    }
