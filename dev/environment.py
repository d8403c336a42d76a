"""Every setting of every process of the demo, computed from one layout.

The names are those of the services' settings models; compose and the chart use the same ones.
"""

import json
from collections.abc import Callable
from pathlib import Path

from dev.infrastructure import Infrastructure
from dev.layout import ROOT, Layout
from dev.services import Service, by_name

# Who may call whom, by service token.
TRUSTED_CALLERS: dict[str, tuple[str, ...]] = {
    "registry": ("gateway", "signing"),
    "pin": ("gateway", "portal"),
    "permanent": ("gateway", "signing"),
    "signing": ("gateway",),
    "gateway": (),
}


def environment_of(layout: Layout, infrastructure: Infrastructure, name: str) -> dict[str, str]:
    """Return the environment of one process of the table, with its prefix."""
    service = by_name(name)
    values = _OWN[name](layout)
    if name in TRUSTED_CALLERS:
        values |= _common(layout, infrastructure, service)
    if name in _SHARES_DATABASE_OF:
        owner = by_name(_SHARES_DATABASE_OF[name])
        values["DATABASE_URL"] = infrastructure.runtime_url(owner)
    named = {service.prefix + key: str(value) for key, value in values.items()}
    return named | (_trust(layout) if layout.tls or layout.trust_file else {})


_SHARES_DATABASE_OF = {"portal": "gateway", "console": "registry"}
_Values = dict[str, str | int | Path]


def jwks_url(layout: Layout, caller: str) -> str:
    """Where the keys of a caller's service tokens are published."""
    path = "/internal/jwks.json" if caller == "gateway" else "/.well-known/jwks.json"
    return layout.url(caller) + path


def _trust(layout: Layout) -> dict[str, str]:
    """Let HTTP clients trust the throw-away authority behind https://localhost, and DEMO_TRUST."""
    return {"SSL_CERT_FILE": str(layout.trusted)}


def _common(layout: Layout, infrastructure: Infrastructure, service: Service) -> _Values:
    broker = infrastructure.broker
    callers = {caller: jwks_url(layout, caller) for caller in TRUSTED_CALLERS[service.name]}
    return {
        "DATABASE_URL": infrastructure.runtime_url(service),
        "DATABASE_POOL_SIZE": 8,
        "MIGRATION_DATABASE_URL": infrastructure.owner_url(service),
        "KAFKA_BOOTSTRAP": broker.bootstrap,
        "KAFKA_IDEMPOTENCE": str(broker.idempotent).lower(),
        "KAFKA_CREATE_TOPICS": "true",
        "REPLAY_ON_START": str(not broker.durable).lower(),
        "HOST": "127.0.0.1",
        "PORT": layout.port(service.name),
        "PUBLIC_URL": layout.issuer if service.name == "gateway" else layout.url(service.name),
        "SERVICE_KEY_FILE": _key(layout, f"{service.name}.pem"),
        "TRUSTED_CALLERS": json.dumps(callers),
    }


def _key(layout: Layout, name: str) -> Path:
    return layout.file("keys", name)


def _messages(layout: Layout) -> _Values:
    address = layout.url("inbox") + "/api/messages"
    return {"SMS_WEBHOOK_URL": address, "MAIL_WEBHOOK_URL": address}


def _openid(layout: Layout) -> _Values:
    return {"OIDC_ISSUER": layout.issuer, "OIDC_JWKS_URL": layout.url("gateway") + "/jwks"}


def _registry(layout: Layout) -> _Values:
    return {
        "NATIONAL_ID_KEY_FILE": _key(layout, "national-id.key"),
        "CONTRAST_KEY_FILE": _key(layout, "contrast.key"),
        "ACTIVATION_KEY_FILE": _key(layout, "activation.key"),
        "NAME_KEY_FILE": _key(layout, "name.key"),
        "CONTACT_READERS_FILE": _key(layout, "contact-readers.json"),
        "CHECKPOINT_KEY_FILE": _key(layout, "checkpoint.pem"),
        "SEAL_KEY_FILE": layout.file("pki", "registry", "seal.key.pem"),
        "SEAL_CERT_FILE": layout.file("pki", "registry", "seal.cer.pem"),
        "VIDEO_PROVIDER_KEYS_FILE": _key(layout, "video-providers.json"),
        # What citizens ask for is printed at the desks of the demo's town.
        "LETTERS_ORGANISATION": "L01999999",
        "TRUST_ANCHORS_DIR": layout.file("pki", "trust"),
        "REVOCATION_HOSTS": json.dumps(["localhost"]),
        **_messages(layout),
        **_openid(layout),
    }


def _pin(layout: Layout) -> _Values:
    return {
        "NATIONAL_ID_KEY_FILE": _key(layout, "national-id.key"),
        "CONTRAST_KEY_FILE": _key(layout, "contrast.key"),
        "CONTACT_KEY_FILE": _key(layout, "contact-pin.pem"),
        "PIN_PEPPER_FILE": _key(layout, "pin-pepper.key"),
        "APP_URL": layout.url("portal") + "/app/",
        "APP_KEY_FILE": _key(layout, "app.key"),
        "VAPID_KEY_FILE": _key(layout, "vapid.pem"),
        **_messages(layout),
        **_openid(layout),
    }


def _permanent(layout: Layout) -> _Values:
    return {
        "NATIONAL_ID_KEY_FILE": _key(layout, "national-id.key"),
        "ACTIVATION_KEY_FILE": _key(layout, "activation.key"),
        "NAME_KEY_FILE": _key(layout, "name.key"),
        "CONTACT_KEY_FILE": _key(layout, "contact-permanent.pem"),
        "PASSWORD_PEPPER_FILE": _key(layout, "permanent-pepper.key"),
        "OTP_DOMAIN": "localhost",
        "AUTHENTICATOR_KEY_FILE": _key(layout, "permanent-authenticator.key"),
        "PASSKEY_RP_ID": "localhost",
        "PASSKEY_ORIGINS": json.dumps(
            [layout.url(name) for name in ("gateway", "portal", "tls-front")]
        ),
        **_messages(layout),
        **_openid(layout),
    }


def _signing(layout: Layout) -> _Values:
    return {
        "PERMANENT_URL": layout.url("permanent"),
        "REGISTRY_URL": layout.url("registry"),
        "ISSUING_CA_CERT_FILE": layout.file("pki", "signing", "issuing.cer.pem"),
        "ISSUING_CA_KEY_FILE": layout.file("pki", "signing", "issuing.key.pem"),
        "ROOT_CA_CERT_FILE": layout.file("pki", "signing", "root.cer.pem"),
        "ROOT_CRL_FILE": layout.file("pki", "signing", "root.crl"),
        "PKI_BASE_URL": layout.url("signing"),
        "PEPPER_KEY_FILE": _key(layout, "pepper.key"),
        **_openid(layout),
    }


def _gateway(layout: Layout) -> _Values:
    return {
        "REGISTRY_URL": layout.url("registry"),
        "PIN_URL": layout.url("pin"),
        "PERMANENT_URL": layout.url("permanent"),
        "NATIONAL_ID_KEY_FILE": _key(layout, "national-id.key"),
        "PAIRWISE_KEY_FILE": _key(layout, "pairwise.key"),
        "KEY_ENCRYPTION_KEY_FILE": _key(layout, "key-encryption.key"),
        "CLIENT_SECRET_KEY_FILE": _key(layout, "client-secret.key"),
        "OPERATOR_JWKS_FILE": _key(layout, "operator-jwks.json"),
        "PORTAL_URL": layout.url("portal"),
        "CERTIFICATE_URL": layout.certificate_url,
        "TRUST_ANCHORS_DIR": layout.file("pki", "trust"),
        "CLIENT_TRUST_ANCHORS_DIR": layout.file("pki", "clients", "trust"),
        "TERMINATOR_NETWORKS": json.dumps(["127.0.0.1/32", "::1/128"]),
        "TERMINATOR_SECRET_FILE": _key(layout, "terminator.secret"),
        "REVOCATION_HOSTS": json.dumps(["localhost"]),
        "OUTBOUND_LOOPBACK": "true",
    }


def _backend(layout: Layout, name: str) -> _Values:
    return {
        "HOST": "127.0.0.1",
        "PORT": layout.port(name),
        "PUBLIC_URL": layout.url(name),
        "SERVICE_KEY_FILE": _key(layout, f"{name}.pem"),
        "OIDC_ISSUER": layout.issuer,
        "OIDC_INTERNAL_URL": layout.url("gateway"),
        "BFF_SESSION_KEY_FILE": _key(layout, f"{name}-session.key"),
        "STATIC_DIR": ROOT / "web" / "dist" / name,
        "REGISTRY_URL": layout.url("registry"),
    }


def _portal(layout: Layout) -> _Values:
    siblings = ("pin", "permanent", "signing", "gateway")
    urls: _Values = {f"{name.upper()}_URL": layout.url(name) for name in siblings}
    return _backend(layout, "portal") | urls | {"TERMINATOR_NETWORKS": "[]"}


def _console(layout: Layout) -> _Values:
    return _backend(layout, "console")


def _inbox(layout: Layout) -> _Values:
    return {
        "PORT": layout.port("inbox"),
        "FILE": layout.file("messages.jsonl"),
        "PKI_DIR": layout.file("pki"),
    }


def _demo(layout: Layout) -> _Values:
    return {
        "PORTS": ",".join(map(str, layout.demo_ports)),
        "ISSUER": layout.issuer,
        "CLIENTS_DIR": layout.file("clients"),
    }


def _tls_front(layout: Layout) -> _Values:
    return {
        "PORT": layout.port("tls-front"),
        "CERTIFICATE_PORT": layout.certificate_port,
        "UPSTREAM": f"http://127.0.0.1:{layout.port('gateway')}",
        "CERT_FILE": layout.file("pki", "localhost.cer.pem"),
        "KEY_FILE": layout.file("pki", "localhost.key.pem"),
        "SECRET_FILE": _key(layout, "terminator.secret"),
    }


_OWN: dict[str, Callable[[Layout], _Values]] = {
    "registry": _registry,
    "pin": _pin,
    "permanent": _permanent,
    "signing": _signing,
    "gateway": _gateway,
    "portal": _portal,
    "console": _console,
    "inbox": _inbox,
    "demo": _demo,
    "tls-front": _tls_front,
}
