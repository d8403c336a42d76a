import importlib.util
from pathlib import Path

import pytest

from dev.layout import Layout, LayoutError, from_environment
from dev.services import (
    CORE,
    KAFKA_OFFSET,
    POSTGRES_OFFSET,
    SERVICES,
    Service,
    all_offsets,
    by_name,
)


def test_no_two_parts_share_a_port() -> None:
    offsets = [offset for service in SERVICES for offset in service.offsets]
    assert len(set(offsets)) == len(offsets)
    assert {POSTGRES_OFFSET, KAFKA_OFFSET}.isdisjoint(offsets)


def test_ports_are_those_that_people_and_scripts_rely_on() -> None:
    ports = {service.name: service.offset for service in SERVICES}
    assert ports == {
        "gateway": 0,
        "registry": 1,
        "pin": 2,
        "permanent": 3,
        "signing": 4,
        "portal": 5,
        "console": 6,
        "demo": 10,
        "inbox": 11,
        "tls-front": 43,
    }
    assert by_name("demo").extra_offsets == (12, 13)
    assert by_name("tls-front").extra_offsets == (44,)


def test_every_need_is_in_the_table_and_nobody_needs_in_a_circle() -> None:
    ready = {"postgres", "kafka"}
    waiting = list(SERVICES)
    while waiting:
        startable = [service for service in waiting if ready.issuperset(service.needs)]
        assert startable, f"nothing can start among {[service.name for service in waiting]}"
        ready |= {service.name for service in startable}
        waiting = [service for service in waiting if service not in startable]


def test_every_core_service_owns_one_database_of_its_own() -> None:
    assert [service.database for service in CORE] == [f"clavis_{s.name}" for s in CORE]
    assert {service.name for service in CORE} == {
        "registry", "pin", "permanent", "signing", "gateway",
    }  # fmt: skip


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_every_command_names_a_package_that_exists(service: Service) -> None:
    assert importlib.util.find_spec(service.module) is not None


def test_names_of_ports_are_complete() -> None:
    assert len(all_offsets()) == sum(len(service.offsets) for service in SERVICES) + 2


@pytest.mark.parametrize("text", ["80", "abc", "70000", "-1", "8400.5", "٨٤٠٠"])
def test_a_wrong_port_base_is_told_in_one_sentence(text: str) -> None:
    with pytest.raises(LayoutError, match="DEMO_PORT_BASE must be a number"):
        from_environment({"DEMO_PORT_BASE": text})


def test_the_port_base_moves_everything() -> None:
    layout = from_environment({"DEMO_PORT_BASE": "9400", "DEMO_DIR": "somewhere"})
    assert layout.url("gateway") == layout.issuer == "http://localhost:9400"
    assert layout.port("postgres") == 9490
    assert layout.demo_ports == [9410, 9412, 9413]


def test_tls_makes_the_front_the_issuer() -> None:
    layout = from_environment({"TLS": "1"})
    assert isinstance(layout, Layout)
    assert layout.issuer == "https://localhost:8443"
    assert layout.certificate_url == "https://localhost:8444"


def test_more_clients_and_authorities_come_from_files(tmp_path: Path) -> None:
    file = tmp_path / "clients.json"
    file.write_text("[]")
    layout = from_environment({"DEMO_CLIENTS": str(file), "DEMO_TRUST": str(file)})
    assert (layout.clients_file, layout.trust_file) == (file, file)
    assert layout.trusted != from_environment({}).trusted


@pytest.mark.parametrize("name", ["DEMO_CLIENTS", "DEMO_TRUST"])
def test_a_named_file_that_does_not_exist_is_told_in_one_sentence(name: str) -> None:
    with pytest.raises(LayoutError, match=f"{name} names .*, which is no file"):
        from_environment({name: "nowhere.json"})


def test_the_post_waits_as_long_as_it_is_told() -> None:
    assert from_environment({}).post_seconds == 10
    assert from_environment({"DEMO_POST_SECONDS": "7200"}).post_seconds == 7200
    with pytest.raises(LayoutError, match="DEMO_POST_SECONDS"):
        from_environment({"DEMO_POST_SECONDS": "soon"})
