"""A citizen who enrols with a certificate: an outside tool signs what the registry made."""

import base64
import dataclasses
import subprocess
from pathlib import Path
from typing import Any

from clavis_registry.rules.person import PersonName
from clavis_testkit.pki import CertificateKind
from clavis_testkit.pki.demo import read_index

from services.registry.tests.citizens import on_record
from services.registry.tests.world import ANA, World

CONTACT = {"mobile": "600111222", "email": "ana@example.es", "language": "es"}


async def newcomer(world: World) -> str:
    """Log in with a certificate for the first time, as the gateway tells it."""
    evidence = {"given_name": "ANA", "first_surname": "GARCÍA", "second_surname": "LÓPEZ"}
    answer = await world.http.post(
        "/internal/v1/subjects",
        json={"national_id": ANA, "evidence": evidence},
        headers=world.as_service("gateway"),
    )
    subject_id: str = answer.json()["subject_id"]
    return subject_id


async def known(world: World, **changes: Any) -> None:
    await on_record(world, **{"name": PersonName("Ana", "García", "López"), **changes})


@dataclasses.dataclass
class Citizen:
    """A citizen at the portal with a signing tool of their own."""

    world: World
    subject_id: str
    pki: Path

    async def post(self, path: str, **body: Any) -> Any:
        return await self.world.http.post(
            f"/citizen/v1{path}", json=body, headers=self.world.as_citizen(self.subject_id)
        )

    async def get(self, path: str) -> Any:
        return await self.world.http.get(
            f"/citizen/v1{path}", headers=self.world.as_citizen(self.subject_id)
        )

    async def proved(self, start: str = "/certificate-enrolments", **changes: Any) -> str:
        begun = (await self.post(start, **{**CONTACT, **changes})).json()
        assert begun.get("outcome") == "code_sent", begun
        act_id: str = begun["enrolment_id"]
        proof = await self.post(
            f"/certificate-enrolments/{act_id}/phone-proof", code=self.world.outside.last_code()
        )
        assert proof.json()["outcome"] == "proved"
        return act_id

    async def request(self, act_id: str) -> bytes:
        answer = await self.get(f"/certificate-enrolments/{act_id}/request.pdf")
        assert answer.status_code == 200, answer.text
        content: bytes = answer.content
        return content

    def signed(self, document: bytes, kind: CertificateKind = CertificateKind.FNMT) -> str:
        entry = next(entry for entry in read_index(self.pki) if entry.kind == kind)
        file = self.pki / "to-sign.pdf"
        file.write_bytes(document)
        command = [
            "openssl", "cms", "-sign", "-binary", "-cades", "-in", file, "-outform", "DER",
            "-signer", self.pki / entry.file, "-inkey", self.pki / entry.key_file,
        ]  # fmt: skip
        done = subprocess.run(command, check=True, capture_output=True)
        return base64.b64encode(done.stdout).decode()

    async def hand_in(self, act_id: str, signature: str, **changes: Any) -> Any:
        body = {"signature": signature, "accepted": True, **changes}
        return await self.post(f"/certificate-enrolments/{act_id}/signature", **body)

    async def through(self, kind: CertificateKind = CertificateKind.FNMT, **changes: Any) -> Any:
        act_id = await self.proved(**changes)
        signature = self.signed(await self.request(act_id), kind)
        return act_id, (await self.hand_in(act_id, signature)).json()
