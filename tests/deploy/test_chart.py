"""The chart renders, is valid Kubernetes, keeps the restricted profile, and lists what runs."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import helm_python
import kubernetes_validate
import pytest
import yaml
from helm_python import Chart

from dev.environment import environment_of
from dev.infrastructure import Infrastructure
from dev.layout import Layout
from dev.services import DEFAULT_PORT_BASE, SERVICES, Service

CHART = Path(__file__).parents[2] / "deploy" / "helm" / "clavis"
DEMO_ONLY = {"inbox", "demo", "tls-front"}
VERSIONS = ("1.30", "1.34")
INFORMATION = 1
# What the demo sets for its small, forgetful parts; the defaults are right for a cluster.
LEFT_TO_DEFAULTS = {
    "DATABASE_POOL_SIZE", "MIGRATION_DATABASE_URL", "KAFKA_IDEMPOTENCE", "KAFKA_CREATE_TOPICS",
    "KAFKA_SESSION_TIMEOUT_MS", "REPLAY_ON_START", "REVOCATION_HOSTS", "LETTERS_ORGANISATION",
    "OUTBOUND_LOOPBACK",
}  # fmt: skip
CLUSTER_ONLY = {"LOG_LEVEL", "OUTBOUND_NETWORKS"}
UNKNOWN_TO_CORE = {"ServiceMonitor"}

VARIANTS: dict[str, dict[str, Any]] = {
    "defaults": {},
    "everything": {
        "serviceMonitor": {"enabled": True},
        "certificateLogin": {"enabled": True, "annotations": {"example/ask": "any"}},
        "defaults": {"autoscaling": {"enabled": True}},
    },
    "bare": {"ingress": {"enabled": False}, "migrations": {"enabled": False}},
    "pinned": {"services": {"pin": {"digest": "sha256:" + "a" * 64, "replicas": 3}}},
}


def render(values: dict[str, Any]) -> list[dict[str, Any]]:
    with Chart.load(CHART) as chart:
        rendered = chart.render(values, name="clavis", namespace="id")
    return [
        document
        for path, text in rendered.items()
        if path.endswith(".yaml")
        for document in yaml.safe_load_all(text)
        if document
    ]


@pytest.fixture(scope="module", params=VARIANTS)
def documents(request: pytest.FixtureRequest) -> list[dict[str, Any]]:
    return render(VARIANTS[request.param])


def of_kind(documents: list[dict[str, Any]], kind: str) -> dict[str, dict[str, Any]]:
    return {d["metadata"]["name"]: d for d in documents if d["kind"] == kind}


def pods(documents: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for document in documents:
        if document["kind"] in {"Deployment", "Job"}:
            yield document["spec"]["template"]


def test_the_chart_has_no_lint() -> None:
    report = helm_python.lint(CHART)
    assert report["errors"] == []
    assert [m for m in report["messages"] if m["severity"] > INFORMATION] == []


@pytest.mark.parametrize("version", VERSIONS)
def test_every_document_is_valid_kubernetes(documents: list[dict[str, Any]], version: str) -> None:
    for document in documents:
        if document["kind"] not in UNKNOWN_TO_CORE:
            kubernetes_validate.validate(document, version, strict=True)


def test_every_pod_keeps_the_restricted_profile(documents: list[dict[str, Any]]) -> None:
    for pod in pods(documents):
        security = pod["spec"]["securityContext"]
        assert security["runAsNonRoot"] is True
        assert security["seccompProfile"] == {"type": "RuntimeDefault"}
        assert pod["spec"]["automountServiceAccountToken"] is False
        for container in pod["spec"]["containers"]:
            assert container["securityContext"] == {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }
            assert "limits" in container["resources"]


def test_no_pod_is_without_a_network_policy(documents: list[dict[str, Any]]) -> None:
    selectors = [
        policy["spec"]["podSelector"]["matchLabels"]
        for name, policy in of_kind(documents, "NetworkPolicy").items()
        if not name.endswith("default-deny")
    ]
    for pod in pods(documents):
        labels = pod["metadata"]["labels"].items()
        assert any(selector.items() <= labels for selector in selectors)


def test_an_autoscaler_and_replicas_never_meet(documents: list[dict[str, Any]]) -> None:
    scaled = of_kind(documents, "HorizontalPodAutoscaler")
    for name, deployment in of_kind(documents, "Deployment").items():
        assert ("replicas" in deployment["spec"]) != (name in scaled)


def test_templates_make_no_secret(documents: list[dict[str, Any]]) -> None:
    assert of_kind(documents, "Secret") == {}
    settings = [d["data"] for d in of_kind(documents, "ConfigMap").values()]
    assert not any("DATABASE_URL" in key for data in settings for key in data)


def test_a_digest_wins_over_a_tag() -> None:
    deployments = of_kind(render(VARIANTS["pinned"]), "Deployment")
    image = deployments["clavis-pin"]["spec"]["template"]["spec"]["containers"][0]["image"]
    assert image.endswith("-pin@sha256:" + "a" * 64)


@pytest.mark.parametrize(
    "wrong",
    [
        {"issuer": "http://id.example"},
        {"services": {"pin": {"port": 0}}},
        {"services": {"pin": {"surprise": True}}},
        {"kafka": {"bootstrap": ""}},
        {"surprise": 1},
    ],
)
def test_wrong_values_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(helm_python.HelmError):
        render(wrong)


def test_the_chart_lists_the_services_of_the_one_table() -> None:
    table = {s.name: DEFAULT_PORT_BASE + s.offset for s in SERVICES if s.name not in DEMO_ONLY}
    rendered = render({})
    ports = {
        name.removeprefix("clavis-"): service["spec"]["ports"][0]["port"]
        for name, service in of_kind(rendered, "Service").items()
    }
    assert ports == table
    for service in SERVICES:
        if service.name in table:
            pod = of_kind(rendered, "Deployment")[f"clavis-{service.name}"]["spec"]["template"]
            assert pod["spec"]["containers"][0]["args"] == list(service.arguments)


@pytest.mark.parametrize(
    "service", [s for s in SERVICES if s.name not in DEMO_ONLY], ids=lambda s: s.name
)
def test_every_setting_of_the_demo_is_one_of_the_chart(service: Service, tmp_path: Path) -> None:
    rendered = render({})
    name = f"clavis-{service.name}"
    given = set(of_kind(rendered, "ConfigMap")[name]["data"])
    container = of_kind(rendered, "Deployment")[name]["spec"]["template"]["spec"]["containers"][0]
    given |= {variable["name"] for variable in container.get("env", [])}
    layout = Layout(DEFAULT_PORT_BASE, tmp_path)
    demo = set(environment_of(layout, Infrastructure(layout), service.name))
    assert {n.removeprefix(service.prefix) for n in demo - given} <= LEFT_TO_DEFAULTS
    assert given - demo <= {service.prefix + name for name in CLUSTER_ONLY}
