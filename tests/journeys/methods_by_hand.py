"""A person's methods without a browser: the app's device, a passkey, a certificate."""

import json
import ssl
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from clavis_kit.ids import new_id
from clavis_pin.rules.device_proofs import body_hash
from clavis_testkit.browsing import CODE_PATTERN
from clavis_testkit.form_citizen import FormCitizen
from clavis_testkit.pki import CertificateKind, Holder
from clavis_testkit.pki.single import issue_for
from clavis_testkit.running_demo import RunningDemo
from joserfc import jws
from joserfc.jwk import ECKey


def _new_key() -> ECKey:
    return ECKey.generate_key("P-256", private=True)


def _public(key: ECKey) -> dict[str, Any]:
    return {k: v for k, v in key.as_dict(private=False).items() if k in {"kty", "crv", "x", "y"}}


@dataclass
class Device:
    """One installation of the app, which reaches the PIN service through the portal."""

    demo: RunningDemo
    signing: ECKey = field(default_factory=_new_key)
    sealing: ECKey = field(default_factory=_new_key)
    device_id: str = ""

    def call(self, method: str, path: str, document: Any = None) -> httpx.Response:
        """Send a signed request."""
        body = b"" if document is None else json.dumps(document).encode()
        url = f"{self.demo.url(5)}/app/api{path}"
        claims = {
            "htm": method,
            "htu": url,
            "iat": datetime.now(UTC).timestamp(),
            "jti": new_id(),
            "bth": body_hash(body),
        }
        headers = {
            "Content-Type": "application/json",
            "Sec-Fetch-Site": "same-origin",
            "X-Clavis-CSRF": "1",
            "Clavis-Device-Proof": self._signed("clavis-device+jwt", claims),
        }
        return httpx.request(method, url, content=body, headers=headers, timeout=60)

    def _signed(self, kind: str, claims: dict[str, Any]) -> str:
        header = {"alg": "ES256", "typ": kind, "kid": self.device_id}
        return jws.serialize_compact(header, json.dumps(claims), self.signing, ["ES256"])

    def enrol(self, person: dict[str, Any]) -> "Device":
        """Become the person's device, with the code that comes by SMS."""
        seen = len(self.demo.messages(person["phone"]))
        begun = self.call(
            "POST",
            "/enrolments",
            {
                "national_id": person["national_id"],
                "contrast": person["contrast"],
                "device_name": "Móvil",
                "public_key_jwk": _public(self.signing),
                "encryption_key_jwk": _public(self.sealing),
                "language": "es",
            },
        )
        assert begun.json().get("outcome") == "begun", begun.text
        self.device_id = begun.json()["enrolment_id"]
        code = self.demo.next_code(person["phone"], CODE_PATTERN, after=seen)
        proof = self.call("POST", f"/enrolments/{self.device_id}/proof", {"code": code})
        assert proof.json()["verdict"] == "accepted", proof.text
        return self

    def answer(self, decision: str, number: str | None = None) -> str:
        """Answer the only login that waits; return how it ended."""
        (request,) = self.call("GET", "/requests").json()["requests"]
        claims = {
            "request_id": request["app_request_id"],
            "relying_party": request["relying_party"],
            "decision": decision,
        } | ({"number": number} if number is not None else {})
        answered = self.call(
            "POST",
            f"/requests/{request['app_request_id']}/decision",
            {"decision": decision, "signature": self._signed("clavis-decision+jwt", claims)},
        )
        return str(answered.json()["outcome"])


class CardHolder(FormCitizen):
    """A person whose browser shows a certificate to the TLS front."""

    def __init__(self, demo: RunningDemo, person: dict[str, Any], folder: Path) -> None:
        """Issue the certificate into the folder."""
        super().__init__(demo, person)
        holder = Holder(CertificateKind.FNMT, person["national_id"], "LEOCADIA", "ZURITA")
        pki, publisher = demo.directory / "pki", demo.url(11) + "/pki"
        files = issue_for(holder, pki, folder, now=datetime.now(UTC), publisher=publisher)
        context = ssl.create_default_context(cafile=pki / "trust.pem")
        context.load_cert_chain(*files)
        self._http.close()
        self._http = httpx.Client(timeout=60, verify=context, trust_env=False)

    def enter_with_certificate(self) -> None:
        """Log in with the certificate and go back to the service."""
        self.follow("method-certificate")
        self.follow("continue")
        self.submit(handoff=self.hidden("handoff"))
        self.return_to_service()
