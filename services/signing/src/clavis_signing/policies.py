"""The certification policies as a page: what the certificate is and what protects its key."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from clavis_signing.pki.authority import Authority
from clavis_signing.settings import SigningSettings

TEMPLATES = Path(__file__).parent / "templates"
LANGUAGES = ("es", "en")
_pages = Environment(
    loader=FileSystemLoader(TEMPLATES), autoescape=select_autoescape(), undefined=StrictUndefined
)


def render(language: str, settings: SigningSettings, authority: Authority) -> str | None:
    """Render the page; None for a language it is not written in."""
    if language not in LANGUAGES:
        return None
    return _pages.get_template(f"policies.{language}.html").render(
        brand=settings.brand,
        issuer=authority.certificate.subject.rfc4514_string(),
        policy_oid=settings.certificate_policy_oid,
        qualified=settings.certificate_qualified,
        years=settings.certificate_years,
        hours=settings.document_kept_hours,
        locations=authority.locations,
        revokes_previous=settings.renewal_revokes_previous,
    )
