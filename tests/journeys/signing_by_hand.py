"""Signing through the citizen's API, as the portal does on the citizen's behalf."""

import io
from typing import Any

import httpx
import pikepdf
from clavis_testkit.browsing import CODE_PATTERN
from clavis_testkit.running_demo import RunningDemo


def sample_pdf() -> bytes:
    """A page with nothing on it."""
    pdf = pikepdf.new()
    pdf.add_blank_page(page_size=(595, 842))
    target = io.BytesIO()
    pdf.save(target)
    return target.getvalue()


def sign_a_document(demo: RunningDemo, person: dict[str, Any], access_token: str) -> bytes:
    """Upload, review, ask for the code and sign; return the signed document."""
    base = demo.url(4)
    with httpx.Client(
        base_url=base, headers={"Authorization": f"Bearer {access_token}"}, timeout=60
    ) as http:
        uploaded = http.post(
            "/citizen/v1/transactions",
            files={"document": ("solicitud.pdf", sample_pdf(), "application/pdf")},
        )
        assert uploaded.status_code == 201, uploaded.text
        transaction = f"/citizen/v1/transactions/{uploaded.json()['transaction_id']}"
        for number in range(1, uploaded.json()["page_count"] + 1):
            assert http.get(f"{transaction}/pages/{number}").status_code == 200
        seen = len(demo.messages(person["phone"]))
        asked = http.post(
            f"{transaction}/challenge", json={"reviewed": True, "policies_accepted": True}
        )
        assert asked.json()["outcome"] == "sent", asked.text
        otp = demo.next_code(person["phone"], CODE_PATTERN, after=seen)
        answer = http.post(
            f"{transaction}/signature", json={"password": person["password"], "otp": otp}
        )
        assert answer.json()["verdict"] == "signed", answer.text
        signed = http.get(f"{transaction}/signed.pdf")
        assert signed.status_code == 200, signed.text
        return signed.content
