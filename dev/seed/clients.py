"""The demo's relying parties: RFC 7591 metadata and what the operator decides about each."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dev.commands import run_command
from dev.infrastructure import Infrastructure
from dev.keys import public_jwk, write_private
from dev.layout import Layout
from dev.pages import text

_SCOPE = "openid profile email phone address identity offline_access"
_SECTORS = {"web": "biblioteca", "substantial": "padron", "high": "salud"}
# Why each body wants what it asks for, where that is not plain from what it does.
_CLAIM_PURPOSES = {
    "web": {
        "email": ("Avisarle cuando venza un préstamo.", "To tell you when a loan is due."),
    },
    "substantial": {
        "birthdate": (
            "Distinguirle de quien se llame igual.",
            "To tell you from somebody of the same name.",
        ),
    },
}
_CITIZEN_APIS = (
    "clavis-registry",
    "clavis-pin",
    "clavis-permanent",
    "clavis-signing",
    "clavis-gateway",
)


@dataclass(frozen=True, slots=True)
class DemoClient:
    """One relying party. ``operator`` holds what RFC 7591 has no word for."""

    client_id: str
    metadata: dict[str, Any]
    operator: dict[str, Any] = field(default_factory=dict)
    jwks_file: Path | None = None
    certificate_file: Path | None = None
    """What it shows in mutual TLS; its key lies beside it."""

    def document(self) -> dict[str, Any]:
        """Return the file that ``client apply`` reads."""
        # All of them opt into single sign-on, so that it can be seen.
        return {"client_id": self.client_id, **self.metadata, "sso_allowed": True, **self.operator}

    def public(self, _: Layout) -> dict[str, Any]:
        """Describe the client as ``demo.json`` does: with its secret or its private key's file."""
        described = {"client_id": self.client_id, **self.metadata}
        if self.certificate_file is not None:
            described["certificate_file"] = str(self.certificate_file)
            described["key_file"] = str(self.certificate_file).replace(".cer.pem", ".key.pem")
        return described | {"jwks_file": str(self.jwks_file) if self.jwks_file else None}


def demo_clients(layout: Layout) -> list[DemoClient]:
    """List the relying parties with their secrets and keys. OSError before the keys exist."""
    return [
        _public_body(layout, "demo-web", "web", "low", layout.demo_ports[0]),
        _public_body(
            layout, "demo-substantial", "substantial", "substantial", layout.demo_ports[1]
        ),
        _public_body(layout, "demo-high", "high", "high", layout.demo_ports[2]),
        _post(layout),
        _spa(layout),
        _fapi(layout),
        _mtls(layout),
        _signer(layout),
        _backend(layout, "portal", "portal", ("Portal ciudadano", "Citizen portal")),
        _backend(layout, "office-console", "console", ("Oficina de registro", "Office console")),
    ]


def plant_clients(layout: Layout, infrastructure: Infrastructure) -> None:
    """Register every relying party through the gateway's command line. DemoError."""
    apply_bundle(layout, infrastructure, write_clients(layout))


def apply_bundle(layout: Layout, infrastructure: Infrastructure, bundle: Path) -> None:
    """Bring relying parties to what a file says, by the operators' own command. DemoError."""
    run_command(layout, infrastructure, "gateway", ["client", "apply", str(bundle)])


def write_clients(layout: Layout) -> Path:
    """Write one file per client, for the client, and one of all, for the gateway."""
    clients = demo_clients(layout)
    for client in clients:
        _write(layout.file("clients", f"{client.client_id}.json"), client.document())
    everything = layout.file("clients", "all.json")
    _write(everything, [client.document() for client in clients])
    return everything


def _write(path: Path, document: Any) -> None:
    write_private(path, json.dumps(document, indent=2, ensure_ascii=False).encode())


def _secret(layout: Layout, client_id: str) -> str:
    return layout.file("keys", f"{client_id}.secret").read_text(encoding="ascii")


def _metadata(name: tuple[str, str], **values: Any) -> dict[str, Any]:
    return {
        "client_name": name[0],
        "client_name#es": name[0],
        "client_name#en": name[1],
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "scope": _SCOPE,
        **values,
    }


def _body_uris(address: str) -> dict[str, Any]:
    return {
        "client_uri": address,
        "redirect_uris": [f"{address}/callback"],
        "post_logout_redirect_uris": [f"{address}/signed-out"],
        "backchannel_logout_uri": f"{address}/backchannel-logout",
        "backchannel_logout_session_required": True,
    }


def _public_body(layout: Layout, client_id: str, key: str, level: str, port: int) -> DemoClient:
    name = (text(f"{key}_name", "es"), text(f"{key}_name", "en"))
    metadata = _metadata(
        name,
        **_body_uris(f"http://localhost:{port}"),
        token_endpoint_auth_method="client_secret_basic",  # noqa: S106 - a method's name
        client_secret=_secret(layout, client_id),
    )
    operator = {
        "profile": "basic",
        "minimum_loa": level,
        # Bodies of their own: what one knows a person by says nothing to another.
        "sector_identifier": f"{_SECTORS[key]}.villaclara.example",
        "purpose#es": text(f"{key}_lead", "es"),
        "purpose#en": text(f"{key}_lead", "en"),
        "claim_purposes": {
            claim: {"es": spanish, "en": english}
            for claim, (spanish, english) in _CLAIM_PURPOSES.get(key, {}).items()
        },
    }
    return DemoClient(client_id, metadata, operator)


def _post(layout: Layout) -> DemoClient:
    metadata = _metadata(
        ("Servicio con secreto en el cuerpo", "Service with its secret in the body"),
        redirect_uris=["http://localhost:9010/callback"],
        token_endpoint_auth_method="client_secret_post",  # noqa: S106 - a method's name
        client_secret=_secret(layout, "demo-post"),
    )
    return DemoClient("demo-post", metadata, {"profile": "basic", "minimum_loa": "low"})


def _spa(_: Layout) -> DemoClient:
    metadata = _metadata(
        ("Aplicación de navegador", "Browser application"),
        redirect_uris=["http://localhost:9011/callback"],
        token_endpoint_auth_method="none",  # noqa: S106 - a method's name
    )
    return DemoClient("demo-spa", metadata, {"profile": "basic", "minimum_loa": "low"})


def _fapi(layout: Layout) -> DemoClient:
    jwks_file = layout.file("clients", "demo-fapi.jwks.json")
    private = json.loads(jwks_file.read_text())["keys"]
    hidden = ("d", "p", "q", "dp", "dq", "qi")
    public = [{k: v for k, v in key.items() if k not in hidden} for key in private]
    metadata = _metadata(
        ("Servicio de alta seguridad", "High security service"),
        redirect_uris=["http://localhost:9012/callback"],
        token_endpoint_auth_method="private_key_jwt",  # noqa: S106 - a method's name
        jwks={"keys": public},
        dpop_bound_access_tokens=True,
        require_pushed_authorization_requests=True,
    )
    operator = {"profile": "fapi2", "minimum_loa": "low"}
    return DemoClient("demo-fapi", metadata, operator, jwks_file)


def _mtls(layout: Layout) -> DemoClient:
    metadata = _metadata(
        ("Servicio con certificado", "Service with a certificate"),
        redirect_uris=["http://localhost:9014/callback"],
        token_endpoint_auth_method="tls_client_auth",  # noqa: S106 - a method's name
        tls_client_auth_subject_dn="CN=demo-mtls,O=Clavis TEST,C=ES",
        tls_client_certificate_bound_access_tokens=True,
        require_pushed_authorization_requests=True,
    )
    operator = {"profile": "fapi2", "minimum_loa": "low"}
    certificate = layout.file("pki", "clients", "demo-mtls.cer.pem")
    return DemoClient("demo-mtls", metadata, operator, certificate_file=certificate)


def _signer(layout: Layout) -> DemoClient:
    metadata = _metadata(
        ("Servicio que pide firmas", "Service that asks for signatures"),
        redirect_uris=["http://localhost:9013/callback"],
        token_endpoint_auth_method="client_secret_basic",  # noqa: S106 - a method's name
        client_secret=_secret(layout, "demo-signer"),
        authorization_details_types=["credential"],
    )
    return DemoClient("demo-signer", metadata, {"profile": "basic", "minimum_loa": "substantial"})


def _backend(layout: Layout, client_id: str, process: str, name: tuple[str, str]) -> DemoClient:
    address = layout.url(process)
    citizen = process == "portal"
    metadata = _metadata(
        name,
        client_uri=address,
        redirect_uris=[f"{address}/bff/callback"],
        post_logout_redirect_uris=[f"{address}/"],
        backchannel_logout_uri=f"{address}/bff/backchannel-logout",
        backchannel_logout_session_required=True,
        token_endpoint_auth_method="private_key_jwt",  # noqa: S106 - a method's name
        jwks={"keys": [public_jwk(layout.file("keys", f"{process}.pem"), use="sig")]},
        scope="openid offline_access",
    )
    operator = {
        "profile": "basic",
        "minimum_loa": "low" if citizen else "substantial",
        "first_party": True,
        "audiences": list(_CITIZEN_APIS) if citizen else ["clavis-registry"],
    }
    return DemoClient(client_id, metadata, operator)
