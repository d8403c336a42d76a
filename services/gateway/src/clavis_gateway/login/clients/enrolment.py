"""Calls to the registry for people without a session: offices, letters, video calls."""

from __future__ import annotations

from typing import Any, Literal, get_args
from urllib.parse import quote

from clavis_gateway.login.clients.sibling import Answer, Sibling

Way = Literal["letter", "video", "automatic"]
WAYS: tuple[str, ...] = get_args(Way)
_PATHS: dict[Way, str] = {
    "letter": "letter-completions",
    "video": "video-completions",
    "automatic": "video-automatic",
}


class EnrolmentClient:
    """Ways into the registry that a person begins alone."""

    def __init__(self, service: Sibling) -> None:
        """Use the registry."""
        self.service = service

    async def offices(self, text: str, province: str, after: str) -> Answer:
        """Search the directory: `offices`, and `next` where there are more."""
        return await self.service.get(
            "/internal/v1/offices", q=text, province=province, after=after
        )

    async def terms(self) -> Answer:
        """Return the terms in force: `version`, and `languages` with their sections."""
        return await self.service.get("/internal/v1/terms")

    async def ask_for_letter(
        self, national_id: str, contrast: str, language: str, source: str
    ) -> Answer:
        """Ask for a letter. `outcome` is accepted for everybody. Raises Refused on a flood."""
        body = {"national_id": national_id, "contrast": contrast, "language": language}
        return await self.service.post("/internal/v1/letters", body | {"source": source})

    async def letter_status(self, national_id: str, contrast: str) -> Answer:
        """Say where the letter is. `outcome`: known, mismatch or limited."""
        body = {"national_id": national_id, "contrast": contrast}
        return await self.service.post("/internal/v1/letter-status", body)

    async def begin(self, way: Way, typed: dict[str, Any]) -> Answer:
        """Send the phone code. `outcome`: code_sent, mismatch or limited. Raises Refused."""
        return await self.service.post(_completions(way), typed)

    async def resend(self, way: Way, completion_id: str) -> Answer:
        """Send another code. Raises Refused."""
        return await self.service.post(_completions(way, completion_id, "/phone-codes"), {})

    async def prove(
        self, way: Way, completion_id: str, code: str, terms_version: str, terms_language: str
    ) -> Answer:
        """Prove the phone, accept the terms, enter. `outcome`: registered or the verdict.

        An automatic identification answers `proved` instead: the provider's session comes next.
        """
        body = {
            "code": code,
            "terms_version": terms_version,
            "terms_language": terms_language,
            "accepted": True,
        }
        return await self.service.post(_completions(way, completion_id, "/proof"), body)

    async def receipt(self, receipt_token: str) -> Answer:
        """Fetch the receipt, once: `receipt_pdf` in base64 and `activation_code`. Raises Gone."""
        return await self.service.post("/internal/v1/receipts", {"receipt_token": receipt_token})

    async def email_code(self, receipt_token: str) -> Answer:
        """Send a code to the e-mail address of who enrolled. Raises Gone and Refused."""
        return await self.service.post(
            "/internal/v1/email-proofs", {"receipt_token": receipt_token}
        )

    async def prove_email(self, receipt_token: str, email_proof_id: str, code: str) -> Answer:
        """Prove the e-mail address. `outcome`: accepted or the verdict. Raises Gone and Refused."""
        path = f"/internal/v1/email-proofs/{quote(email_proof_id, safe='')}/proof"
        return await self.service.post(path, {"receipt_token": receipt_token, "code": code})

    async def ask_to_renounce(
        self, national_id: str, contrast: str, csv: str, language: str, source: str
    ) -> Answer:
        """Ask to renounce: `renunciation_id` and `expires_at`, for everybody. Raises Refused."""
        body = {"national_id": national_id, "contrast": contrast, "csv": csv}
        return await self.service.post(
            "/internal/v1/letter-renunciations", body | {"language": language, "source": source}
        )

    async def renounce(self, renunciation_id: str, code: str) -> Answer:
        """Confirm and renounce. `outcome`: renounced, with `proof_token`, or the verdict."""
        path = f"/internal/v1/letter-renunciations/{quote(renunciation_id, safe='')}/proof"
        return await self.service.post(path, {"code": code, "confirmed": True})

    async def renunciation_proof(self, proof_token: str) -> Answer:
        """Fetch the proof, once: `proof_pdf` in base64. Raises Gone and Refused."""
        return await self.service.post(
            "/internal/v1/renunciation-proofs", {"proof_token": proof_token}
        )

    async def automatic_state(self, reference: str) -> str:
        """Say where an automatic identification is. Raises Gone."""
        return str((await self.service.get(_completions("automatic", reference)))["state"])

    async def automatic_receipt(self, reference: str) -> Answer:
        """Fetch the receipt of an automatic identification, once. Raises Gone and Refused."""
        return await self.service.post(_completions("automatic", reference, "/receipt"), {})

    async def slots(self) -> list[str]:
        """List when a video call can be booked."""
        return list((await self.service.get("/internal/v1/video-slots"))["slots"])

    async def book(self, typed: dict[str, Any]) -> Answer:
        """Book a call: `starts_at` and `token`. Raises Refused with slot-not-free."""
        return await self.service.post("/internal/v1/video-appointments", typed)

    async def cancel_call(self, token: str) -> None:
        """Give a booked call up. Raises Gone."""
        await self.service.post("/internal/v1/video-appointments/cancellation", {"token": token})

    async def arrive(self, token: str) -> Answer:
        """Enter the queue, or say what became of the call: `state` and `place`."""
        return await self.service.post("/internal/v1/video-appointments/arrival", {"token": token})


def _completions(way: Way, completion_id: str = "", rest: str = "") -> str:
    own = f"/{quote(completion_id, safe='')}" if completion_id else ""
    return f"/internal/v1/{_PATHS[way]}{own}{rest}"
