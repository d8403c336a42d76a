"""docker-compose.yml says the same as the demo's table: services, ports, settings, readiness."""

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from dev import compose
from dev.environment import environment_of
from dev.layout import ROOT, Layout
from dev.seed.offices import OFFICE, demo_offices
from dev.seed.people import demo_people
from dev.services import CORE, DEFAULT_PORT_BASE, KAFKA_OFFSET, SERVICES, Service

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
PARTS: dict[str, dict[str, Any]] = COMPOSE["services"]
_OF_THE_REGISTRY = ("people", "census", "addresses", "office", "officer")


class _Servers:
    """Stands where PostgreSQL and the broker are; only their addresses are asked for."""

    bootstrap = "kafka:9092"
    idempotent = True
    durable = True

    @property
    def broker(self) -> "_Servers":
        return self

    def owner_url(self, service: Service) -> str:
        return f"postgresql://{service.database}_owner"

    def runtime_url(self, service: Service) -> str:
        return f"postgresql://{service.database}"


def _published(part: dict[str, Any]) -> list[int]:
    return [int(port.split(":")[1]) for port in part.get("ports", [])]


def test_every_process_of_the_demo_is_a_service() -> None:
    own = {name for name, part in PARTS.items() if part["image"].startswith("clavis-")}
    migrations = {f"migrate-{service.name}" for service in CORE}
    seeds = {f"seed-{name}" for name in ("clients", *_OF_THE_REGISTRY)}
    assert own == {service.name for service in SERVICES} | migrations | seeds


# What a command line reads is told by the parser itself: a wrong verb would end the start.
@pytest.mark.parametrize("name", _OF_THE_REGISTRY)
def test_seeds_are_commands_of_the_registry(name: str) -> None:
    from clavis_registry.__main__ import parser

    module, *arguments = PARTS[f"seed-{name}"]["command"]
    assert module == "clavis_registry"
    assert parser().parse_args(arguments).run


def test_the_officer_of_compose_is_one_of_the_seeded_people() -> None:
    command = PARTS["seed-officer"]["command"]
    staff = {
        f"--national-id={p.national_id}" for p in demo_people(date(2026, 1, 1)) if p.office_role
    }
    assert staff.intersection(command)
    assert f"--office={OFFICE}" in command
    assert OFFICE in {office["code"] for office in demo_offices()}


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_each_runs_the_same_command(service: Service) -> None:
    assert PARTS[service.name]["command"] == [service.module, *service.arguments]


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_each_has_the_settings_of_the_demo_and_no_others(service: Service) -> None:
    layout = Layout(DEFAULT_PORT_BASE, ROOT / ".demo")
    demo = environment_of(layout, _Servers(), service.name)  # type: ignore[arg-type]
    only_for_migrations = {f"{service.prefix}MIGRATION_DATABASE_URL"}
    # In containers a process listens on all addresses; the demo's default is loopback.
    listens = {f"{service.prefix}HOST"}
    wanted = set(demo) - only_for_migrations | listens
    assert set(PARTS[service.name]["environment"]) == wanted


@pytest.mark.parametrize("service", CORE, ids=lambda service: service.name)
def test_each_database_is_migrated_before_its_service(service: Service) -> None:
    migration = PARTS[f"migrate-{service.name}"]
    assert migration["command"] == [service.module, "migrate"]
    assert set(migration["environment"]) == {f"{service.prefix}MIGRATION_DATABASE_URL"}
    assert f"{service.database}_owner@" in migration["environment"].popitem()[1]
    needs = PARTS[service.name]["depends_on"]
    assert needs[f"migrate-{service.name}"] == {"condition": "service_completed_successfully"}
    assert needs["kafka-init"] == {"condition": "service_completed_successfully"}


def test_ports_are_those_of_the_table_and_open_to_this_machine_only() -> None:
    published = [port for part in PARTS.values() for port in _published(part)]
    table = {DEFAULT_PORT_BASE + offset for service in SERVICES for offset in service.offsets}
    assert set(published) == table | {DEFAULT_PORT_BASE + KAFKA_OFFSET}
    assert len(published) == len(set(published))
    for part in PARTS.values():
        assert all(port.startswith("127.0.0.1:") for port in part.get("ports", []))


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_each_is_asked_whether_it_is_ready(service: Service) -> None:
    question = " ".join(PARTS[service.name]["healthcheck"]["test"])
    port = DEFAULT_PORT_BASE + service.offset
    assert str(port) in question
    assert service.health in question


@pytest.mark.parametrize("name", [n for n, p in PARTS.items() if p["image"].startswith("clavis-")])
def test_our_containers_hold_no_rights_they_do_not_need(name: str) -> None:
    part = PARTS[name]
    assert part["read_only"] is True
    assert part["cap_drop"] == ["ALL"]
    assert part["security_opt"] == ["no-new-privileges:true"]
    assert not part["user"].startswith("0")


def test_no_image_is_called_latest() -> None:
    for part in PARTS.values():
        assert re.fullmatch(r"[a-z/-]+:[\w.-]+", part["image"])
        assert not part["image"].endswith(":latest")


def test_no_secret_stands_in_the_file() -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    assert not re.search(r"postgresql://\w+:", text)
    assert "PASSWORD:" not in text


def test_every_secret_is_a_file_that_is_prepared(tmp_path: Path) -> None:
    compose.prepare(tmp_path / "compose")
    for name, secret in COMPOSE["secrets"].items():
        relative = secret["file"].removeprefix("./.demo/compose/")
        assert (tmp_path / "compose" / relative).is_file(), name
    used = {secret for part in PARTS.values() for secret in part.get("secrets", [])}
    assert used == set(COMPOSE["secrets"])


def test_mounted_folders_and_files_are_prepared(tmp_path: Path) -> None:
    compose.prepare(tmp_path / "compose")
    for part in PARTS.values():
        for volume in part.get("volumes", []):
            source = volume.split(":")[0]
            if source.startswith("./.demo/compose/"):
                assert (tmp_path / "compose" / source.removeprefix("./.demo/compose/")).exists()


def test_the_password_file_serves_every_role_and_only_its_owner(tmp_path: Path) -> None:
    compose.prepare(tmp_path / "compose")
    pgpass = tmp_path / "compose" / "keys" / "pgpass"
    assert pgpass.stat().st_mode & 0o077 == 0
    roles = {line.split(":")[3] for line in pgpass.read_text().splitlines()}
    assert roles == {str(s.database) + end for s in CORE for end in ("", "_owner")}
    sql = (tmp_path / "compose" / "public" / "roles.sql").read_text()
    for line in pgpass.read_text().splitlines():
        role, password = line.split(":")[3:]
        assert f"CREATE ROLE {role} LOGIN PASSWORD '{password}'" in sql


def test_the_file_is_well_formed_yaml() -> None:
    from yamllint import linter
    from yamllint.config import YamlLintConfig

    rules = "{extends: default, rules: {line-length: disable, document-start: disable}}"
    problems = list(linter.run((ROOT / "docker-compose.yml").read_text(), YamlLintConfig(rules)))
    assert problems == []


@pytest.mark.parametrize("service", ["registry", "pin", "permanent", "signing", "gateway", "dev"])
def test_the_image_knows_every_service(service: str) -> None:
    dockerfile = (ROOT / "deploy" / "images" / "Dockerfile").read_text()
    assert f"AS pages-of-{service}\n" in dockerfile
    assert re.search(r"^USER \d+:\d+$", dockerfile, re.MULTILINE)
