import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from clavis_kit.ids import encode_base64url, new_id
from clavis_kit.national_id import normalise
from clavis_registry.commands.feeds import AddressLine
from clavis_registry.commands.offices import OfficeLine
from clavis_registry.commands.ways_in import CensusIn
from clavis_registry.routes.video_models import ProviderResultIn
from clavis_registry.rules.offices import entry_refusal
from clavis_registry.trust import read_providers
from clavis_registry.ways_in_settings import WaysInSettings
from joserfc import jws
from joserfc.jwk import ECKey

from dev.keys import VIDEO_PROVIDER, ensure_keys
from dev.seed.newcomers import Newcomer, address_lines, census_lines, demo_newcomers
from dev.seed.offices import OFFICE, demo_offices, office_lines
from dev.seed.people import demo_people
from dev.video_provider import detached_signature, result_document

NEWCOMERS = demo_newcomers()
NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)


@pytest.mark.parametrize("newcomer", NEWCOMERS, ids=lambda newcomer: newcomer.name)
def test_identity_numbers_have_the_right_check_letter(newcomer: Newcomer) -> None:
    assert normalise(newcomer.national_id) == newcomer.national_id


def test_without_a_provider_an_empty_set_of_keys_switches_it_off(tmp_path: Path) -> None:
    (file := tmp_path / "none.json").write_text('{"keys": []}')
    assert read_providers(WaysInSettings(video_provider_keys_file=file)) is None


def test_nobody_of_them_is_enrolled() -> None:
    enrolled = {person.national_id for person in demo_people(date(2026, 11, 22))}
    assert enrolled.isdisjoint(newcomer.national_id for newcomer in NEWCOMERS)


def test_the_registry_understands_every_line() -> None:
    for line in census_lines(NEWCOMERS).splitlines():
        assert CensusIn.model_validate_json(line).entry()
    addresses = [AddressLine.model_validate_json(a) for a in address_lines(NEWCOMERS).splitlines()]
    assert len(addresses) == sum(newcomer.street is not None for newcomer in NEWCOMERS)
    assert all(line.lines and line.postcode for line in addresses)
    for line in office_lines().splitlines():
        office = OfficeLine.model_validate_json(line)
        assert entry_refusal(office.hours, office.services) is None
    assert OFFICE in {office["code"] for office in demo_offices()}


def test_the_provider_says_what_the_registry_reads_and_signs_it(tmp_path: Path) -> None:
    ensure_keys(tmp_path)
    document = result_document(NEWCOMERS[1], new_id(), NOW, passed=True)
    body = json.dumps(document).encode()
    result = ProviderResultIn.model_validate_json(body).result(VIDEO_PROVIDER)
    assert result.applicant
    assert result.applicant.national_id == NEWCOMERS[1].national_id
    key = ECKey.import_key((tmp_path / "keys" / f"{VIDEO_PROVIDER}.pem").read_bytes())
    header, _, signature = detached_signature(body, key).partition("..")
    file = tmp_path / "keys" / "video-providers.json"
    providers = read_providers(WaysInSettings(video_provider_keys_file=file))
    assert providers
    compact = f"{header}.{encode_base64url(body)}.{signature}"
    assert jws.deserialize_compact(compact, providers, algorithms=["ES256"]).payload == body
