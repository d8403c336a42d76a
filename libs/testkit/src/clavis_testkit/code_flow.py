"""The code flow by hand: a relying party without a library, for what no library would send."""

import secrets
import time
from dataclasses import dataclass
from functools import cache
from typing import Any

import httpx
from clavis_kit.ids import new_id
from joserfc import jwt
from joserfc.jwk import ECKey

from clavis_testkit.form_citizen import FormCitizen
from clavis_testkit.running_demo import RunningDemo

# RFC 7636 appendix B
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
ACR = "http://eidas.europa.eu/LoA/"
# The clients that sign with a service key of the demo, and the file it is in.
_KEYS = {"portal": "portal.pem", "office-console": "console.pem"}
_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_TIMEOUT_SECONDS = 60.0


@cache
def _http() -> httpx.Client:
    # One for all: making a client reads the machine's list of authorities, which takes long.
    return httpx.Client(timeout=_TIMEOUT_SECONDS, trust_env=False)


@dataclass(frozen=True)
class CodeFlow:
    """One registered relying party of the demo, step by step."""

    demo: RunningDemo
    client_id: str

    @property
    def client(self) -> dict[str, Any]:
        """Its metadata."""
        return self.demo.client(self.client_id)

    @property
    def callback(self) -> str:
        """Where the provider answers."""
        return str(self.client["redirect_uris"][0])

    def request(self, **changes: str | None) -> dict[str, str]:
        """Return the parameters of an authorization request; None leaves one out."""
        usual: dict[str, str | None] = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self.callback,
            "scope": "openid offline_access",
            "state": secrets.token_urlsafe(8),
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
        }
        return {name: value for name, value in (usual | changes).items() if value is not None}

    def address(self, **changes: str | None) -> str:
        """Return the address to which the citizen's browser is sent."""
        return str(httpx.URL(f"{self.demo.issuer}/authorize", params=self.request(**changes)))

    def begin(self, citizen: FormCitizen, **changes: str | None) -> None:
        """Send a citizen to the provider."""
        citizen.stop_at(self.callback)
        citizen.open(self.address(**changes))

    def answer(self, citizen: FormCitizen) -> dict[str, str]:
        """Return what the citizen's browser brought back."""
        return dict(httpx.URL(citizen.page.url).params)

    def post(self, path: str, **form: str) -> httpx.Response:
        """Call an endpoint with the client's own authentication."""
        auth, more = self._authentication()
        return _http().post(self.demo.issuer + path, data=form | more, auth=auth)

    def _authentication(self) -> tuple[httpx.Auth, dict[str, str]]:
        client = self.client
        if "client_secret" in client:
            return httpx.BasicAuth(self.client_id, client["client_secret"]), {}
        file = self.demo.directory / "keys" / _KEYS[self.client_id]
        key = ECKey.import_key(file.read_bytes())
        now = int(time.time())
        claims = {
            "iss": self.client_id,
            "sub": self.client_id,
            "aud": self.demo.issuer,
            "iat": now,
            "exp": now + 60,
            "jti": new_id(),
        }
        assertion = jwt.encode({"alg": "ES256", "kid": key.thumbprint()}, claims, key)
        form = {"client_id": self.client_id, "client_assertion": assertion}
        return httpx.Auth(), form | {"client_assertion_type": _ASSERTION}

    def exchange(self, code: str) -> httpx.Response:
        """Present a code."""
        return self.post(
            "/token",
            grant_type="authorization_code",
            code=code,
            redirect_uri=self.callback,
            code_verifier=VERIFIER,
        )

    def refresh(self, token: str) -> httpx.Response:
        """Present a refresh token."""
        return self.post("/token", grant_type="refresh_token", refresh_token=token)

    def introspect(self, token: str) -> dict[str, Any]:
        """Ask what a token is good for."""
        document: dict[str, Any] = self.post("/introspect", token=token).json()
        return document

    def userinfo(self, token: str) -> httpx.Response:
        """Use an access token."""
        headers = {"Authorization": f"Bearer {token}"}
        return _http().get(f"{self.demo.issuer}/userinfo", headers=headers)

    def collect(self, citizen: FormCitizen) -> dict[str, Any]:
        """Exchange the code with which the citizen came back; AssertionError if there is none."""
        answer = self.answer(citizen)
        assert "code" in answer, (citizen.page.url, citizen.error)
        response = self.exchange(answer["code"])
        assert response.status_code == httpx.codes.OK, response.text
        tokens: dict[str, Any] = response.json()
        return tokens
