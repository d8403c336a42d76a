"""Logs without personal data, bounded pools, sealed data, messages, migrations, documents."""

import asyncio
import io
import json
import threading
from pathlib import Path
from typing import Any

import pikepdf
import pytest
import structlog
from clavis_kit import logging, migrations
from clavis_kit.documents import render_pdf
from clavis_kit.errors import Overloaded
from clavis_kit.keyed_hash import KeyedHash
from clavis_kit.loa import Loa, from_acr
from clavis_kit.migrations import Migration, MigrationError
from clavis_kit.pools import BoundedPool
from clavis_kit.sealed import SealedError, open_sealed, seal
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st
from joserfc.jwk import ECKey, KeySet

PERSONAL = ["12345678Z", "X1234567L", "ana@correo.example", "+34600111222", "600111222"]


@given(
    st.sampled_from(PERSONAL), st.text(max_size=20), st.sampled_from(["reason", "route", "name"])
)
def test_personal_data_never_reach_the_log(datum: str, around: str, key: str) -> None:
    event: dict[str, Any] = {"event": "x", key: f"{around} {datum} {around}", "phone": datum}
    for step in (logging._where, logging._only_allowed, logging._redact):
        event = dict(step(structlog.get_logger(), "info", event))
    assert datum not in json.dumps(event)
    assert "phone" not in event


def test_an_exception_is_logged_by_place_not_by_message() -> None:
    try:
        raise ValueError("12345678Z")
    except ValueError as error:
        event = logging._where(structlog.get_logger(), "error", {"event": "x", "exc_info": error})
    assert "12345678Z" not in json.dumps(event)
    assert event["error_type"] == "ValueError"


async def test_a_full_pool_sheds_load() -> None:
    pool = BoundedPool("test", workers=1, queue=1)
    release = threading.Event()
    jobs = [asyncio.create_task(pool.run(release.wait)) for _ in range(2)]
    await asyncio.sleep(0)  # both are taken in: that needs no thread
    with pytest.raises(Overloaded):
        await pool.run(release.wait)
    release.set()
    assert await asyncio.gather(*jobs) == [True, True]
    assert await pool.run(lambda: 7) == 7
    pool.close()


def reader(name: str) -> ECKey:
    return ECKey.import_key(ec.generate_private_key(ec.SECP256R1()), {"kid": name})


def test_rfc7516_every_named_reader_opens_and_nobody_else() -> None:
    pin, permanent, stranger = reader("pin"), reader("permanent"), reader("pin")
    public = KeySet.import_key_set(
        {"keys": [key.as_dict(private=False) for key in (pin, permanent)]}
    )
    sealed = seal(b"+34600111222", public)
    assert b"600111222" not in sealed
    assert open_sealed(sealed, pin) == open_sealed(sealed, permanent) == b"+34600111222"
    document = json.loads(sealed)
    changed = json.dumps({**document, "ciphertext": document["iv"]}).encode()
    for wrong in (sealed[:-2], b"{}", b"[]", b"\xff", changed):
        with pytest.raises(SealedError):
            open_sealed(wrong, pin)
    with pytest.raises(SealedError):
        open_sealed(sealed, stranger)


def test_a_keyed_hash_depends_on_key_and_scope() -> None:
    one, two = KeyedHash(b"1" * 32), KeyedHash(b"2" * 32)
    assert one.of("12345678Z") != two.of("12345678Z")
    assert one.bound("a", "x") != one.bound("b", "x")
    assert one.matches("x", one.of("x"))


def test_levels_are_ordered_and_spelt_once() -> None:
    assert Loa.LOW < Loa.SUBSTANTIAL < Loa.HIGH
    assert all(from_acr(loa.acr) is loa for loa in Loa)
    assert from_acr("http://eidas.europa.eu/LoA/none") is None


def test_an_edited_migration_stops_everything() -> None:
    first = Migration("0001_pre_a.sql", "pre", "SELECT 1")
    second = Migration("0002_post_b.sql", "post", "SELECT 2")
    assert migrations.pending([first, second], {}, "pre") == [first]
    assert migrations.pending([first, second], {first.name: first.checksum}, "all") == [second]
    with pytest.raises(MigrationError):
        migrations.pending([first], {first.name: "0" * 64}, "all")


def test_a_misnamed_migration_is_refused(tmp_path: Path) -> None:
    (tmp_path / "1_add.sql").write_text("SELECT 1")
    with pytest.raises(MigrationError):
        migrations.load(tmp_path)


def test_iso14289_documents_are_tagged(tmp_path: Path) -> None:
    template = tmp_path / "letter.typ"
    template.write_text(
        '#set document(title: "Carta")\n#set text(lang: "es")\n'
        "#let data = json(bytes(sys.inputs.data))\n= Carta\n#data.name\n"
    )
    pdf = pikepdf.open(io.BytesIO(render_pdf(template, {"name": "#panic() <b>Ana</b>"})))
    assert pdf.Root.MarkInfo.Marked
    assert str(pdf.Root.Lang) == "es"
    assert "/StructTreeRoot" in pdf.Root
