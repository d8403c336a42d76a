"""``make video``: plays the provider of video, which tells the registry what it carried.

    make video REFERENCE=… NUMBER=20304050H             the machine recognised the person
    make video REFERENCE=… NUMBER=20304050H FAILED=1    it did not
    make video CALL=…                                   the recording of a call with an agent

The reference is the one that the person gets once the phone is proved; the call is the last part of
the address of the agent's page. The message is signed as a
provider signs it: a detached JWS over the body (RFC 7515 appendix F).
"""

import argparse
import hashlib
import json
import secrets
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from joserfc import jws
from joserfc.jwk import ECKey

from dev.keys import VIDEO_PROVIDER
from dev.layout import Layout, LayoutError, from_environment
from dev.seed.newcomers import Newcomer, demo_newcomers

_TALK = timedelta(minutes=3)
_TIMEOUT_SECONDS = 60
_SIGNATURE_HEADER = "Clavis-Provider-Signature"


def result_document(
    person: Newcomer, reference: str, at: datetime, *, passed: bool
) -> dict[str, Any]:
    """Write what a provider tells of a session that has just ended."""
    recording_id = f"session-{reference}"
    return {
        "reference": reference,
        "passed": passed,
        "person": person.identity(),
        "recording": {
            "provider": VIDEO_PROVIDER,
            "recording_id": recording_id,
            "sha256": hashlib.sha256(recording_id.encode()).hexdigest(),
            "started_at": (at - _TALK).isoformat(),
            "ended_at": at.isoformat(),
        },
        "checks": {"liveness": passed, "face_match": 0.97 if passed else 0.31, "document": True},
    }


def call_document(case_id: str, at: datetime) -> dict[str, Any]:
    """Write what a provider announces of a call that goes on or has just ended."""
    recording_id = f"call-{secrets.token_hex(4)}"
    return {
        "case_id": case_id,
        "recording_id": recording_id,
        "sha256": hashlib.sha256(recording_id.encode()).hexdigest(),
        "started_at": (at - _TALK).isoformat(),
        "ended_at": at.isoformat(),
    }


def detached_signature(body: bytes, key: ECKey) -> str:
    """Sign a body and leave it out of the signature."""
    protected = {"alg": "ES256", "kid": VIDEO_PROVIDER}
    header, _, signature = jws.serialize_compact(protected, body, key).split(".")
    return f"{header}..{signature}"


def send(layout: Layout, message: str, document: dict[str, Any]) -> httpx.Response:
    """Tell the registry of the running demo. Raises httpx.HTTPError when nobody answers."""
    body = json.dumps(document, ensure_ascii=False).encode()
    key = ECKey.import_key(layout.file("keys", f"{VIDEO_PROVIDER}.pem").read_bytes())
    headers = {
        "Content-Type": "application/json",
        _SIGNATURE_HEADER: detached_signature(body, key),
    }
    address = f"{layout.url('registry')}/provider/v1/{message}"
    return httpx.post(
        address, content=body, headers=headers, timeout=_TIMEOUT_SECONDS, trust_env=False
    )


def _parser() -> argparse.ArgumentParser:
    numbers = [newcomer.national_id for newcomer in demo_newcomers()]
    parser = argparse.ArgumentParser(prog="dev.video_provider", description="Plays the provider")
    parser.add_argument("reference", nargs="?", help="what the person got with the phone proved")
    parser.add_argument("number", nargs="?", choices=numbers, help="whose document was read")
    parser.add_argument("--call", metavar="CASE", help="announce the recording of this call")
    parser.add_argument("--failed", action="store_true", help="the machine did not recognise them")
    return parser


def _message(chosen: argparse.Namespace, now: datetime) -> tuple[str, dict[str, Any]]:
    if chosen.call:
        return "video-recordings", call_document(chosen.call, now)
    person = next(one for one in demo_newcomers() if one.national_id == chosen.number)
    passed = not chosen.failed
    return "video-results", result_document(person, chosen.reference, now, passed=passed)


def main(arguments: list[str]) -> int:
    """Tell one result; the exit code is 1 when the registry did not take it."""
    parser = _parser()
    chosen = parser.parse_args(arguments)
    if not chosen.call and not (chosen.reference and chosen.number):
        parser.error("state REFERENCE and NUMBER, or --call")
    try:
        answer = send(from_environment(), *_message(chosen, datetime.now(UTC)))
    except LayoutError as error:
        print(error)
        return 1
    except (httpx.HTTPError, OSError):
        print("The registry does not answer: is the demo running? (make demo)")
        return 1
    print(answer.text)
    return 0 if answer.is_success else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
