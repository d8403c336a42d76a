"""Every operation of every service's OpenAPI document, with what it should never be sent."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.bad_input.conftest import OFFSETS, Doors
from tests.bad_input.material import HOSTILE, HOSTILE_JSON, NOBODY, assert_safe, example, spoiled

pytestmark = pytest.mark.slow
JSON = {"Content-Type": "application/json"}
MEGABYTE = "x" * 1_000_000
BROKEN: dict[str, tuple[bytes, str]] = {
    "cut short": (b'{"a": ', "application/json"),
    "no object": (b"[1, 2]", "application/json"),
    "a bare word": (b"nope", "application/json"),
    "not a number": (b'{"a": NaN, "b": Infinity}', "application/json"),
    "not UTF-8": (b'{"a": "\xff\xfe"}', "application/json"),
    "UTF-16": ('{"a": "b"}'.encode("utf-16"), "application/json"),
    "empty": (b"", "application/json"),
    "wrong type": (b"{}", "text/plain"),
    "form": (b"a=b", "application/x-www-form-urlencoded"),
    "form without end": (b"--x\r\n", "multipart/form-data; boundary=x"),
    "form without boundary": (b"x", "multipart/form-data"),
    "absurd type": (b"{}", "x" * 500 + "/;;;=\t;charset=none"),
    "deep": (b"[" * 100_000, "application/json"),
    "deep objects": (b'{"a":' * 50_000 + b"1" + b"}" * 50_000, "application/json"),
    "repeated members": (b'{"national_id": "1", "national_id": "2"}', "application/json"),
}


@pytest.mark.parametrize("service", OFFSETS)
@pytest.mark.parametrize("kind", HOSTILE_JSON)
def test_hostile_values_in_every_member_of_every_body(
    doors: Doors, service: str, kind: str
) -> None:
    for operation in doors.operations:
        if operation.service == service and operation.body:
            good = example(operation.body, doors.specs[service])
            for member, document in spoiled(good, HOSTILE_JSON[kind]):
                body = json.dumps(document).encode()
                answer = doors.call(operation, content=body, headers=JSON)
                assert_safe(answer, (str(operation), member, kind))


@pytest.mark.parametrize("kind", BROKEN)
def test_bodies_that_are_none(doors: Doors, kind: str) -> None:
    content, content_type = BROKEN[kind]
    for operation in doors.operations:
        if operation.method != "get":
            answer = doors.call(operation, content=content, headers={"Content-Type": content_type})
            assert_safe(answer, (str(operation), kind))
            assert answer.status_code >= 400 or not operation.needs_body, str(operation)


def test_a_megabyte_in_one_member_is_refused(doors: Doors) -> None:
    for operation in doors.operations:
        if operation.body:
            good = example(operation.body, doors.specs[operation.service])
            found = next(spoiled(good, MEGABYTE), None)
            if found is None:  # nothing in it is required
                continue
            member, document = found
            answer = doors.call(operation, content=json.dumps(document), headers=JSON)
            assert_safe(answer, (str(operation), member))
            # A device signs what it sends: without that nothing of the body is looked at.
            # The civil registry's key is not in the demo: its caller is refused as any other.
            refused = {401, 413, 422} if operation.path.startswith("/device/") else {413, 422}
            refused |= {403} if operation.path == "/internal/v1/deaths" else set()
            # Who registers shows a token first.
            refused |= {401} if operation.path.startswith("/connect/register") else set()
            # At the public address the operator's interface is not there.
            refused |= {404} if operation.path.startswith("/admin/") else set()
            assert answer.status_code in refused, (str(operation), answer.status_code)


@pytest.mark.parametrize("service", OFFSETS)
def test_more_than_the_limit_is_refused_before_it_is_read(doors: Doors, service: str) -> None:
    for operation in doors.operations:
        if operation.service == service and operation.method == "post":
            answer = doors.call(operation, content=b"x" * 12_000_000, headers=JSON)
            assert_safe(answer, str(operation))
            assert answer.status_code in {401, 403, 413, 415, 422}, (
                str(operation), answer.status_code,
            )  # fmt: skip


def test_hostile_text_in_every_path_and_query(doors: Doors) -> None:
    for operation in doors.operations:
        names = [part.partition("}")[0] for part in operation.path.split("{")[1:]]
        for kind, text in HOSTILE.items():
            arguments: dict[str, Any] = {name: _quoted(text[:2000]) for name in names}
            answer = doors.call(operation, params={"before": text[:2000], "x": "y"}, **arguments)
            assert_safe(answer, (str(operation), kind))


def _quoted(text: str) -> str:
    return "".join(f"%{byte:02X}" for byte in text.encode()) or "%20"


def test_methods_that_are_not_there(doors: Doors) -> None:
    for operation in doors.operations:
        known = {o.method for o in doors.operations if o.path == operation.path}
        for method in {"get", "put", "patch", "delete", "options", "trace"} - known:
            answer = doors.http.request(
                method.upper(), doors.url(operation.service) + operation.path.replace("{", "")
            )
            assert_safe(answer, (str(operation), method))
            # Where scripts of other origins may call, browsers ask first (Fetch, CORS protocol).
            preflight = {204} if method == "options" else set()
            expected = {401, 404, 405, 410} | preflight
            assert answer.status_code in expected, (str(operation), method)


SCALAR = (
    st.none()
    | st.just(value=False)
    | st.integers()
    | st.floats()
    | st.text(max_size=40)
    | st.sampled_from(["\ud800", "\x00", NOBODY, "X0000000T", "2031-05-17", "es"])
)
VALUE = st.recursive(
    SCALAR,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)


@pytest.mark.parametrize("service", [s for s in OFFSETS if s != "gateway"])
@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_whatever_a_body_holds(doors: Doors, service: str, data: st.DataObject) -> None:
    operations = [o for o in doors.operations if o.service == service and o.body]
    operation = data.draw(st.sampled_from(operations))
    document = example(operation.body or {}, doors.specs[service])
    for member in data.draw(st.sets(st.sampled_from(sorted(document)), min_size=1)):
        document[member] = data.draw(VALUE)
    answer = doors.call(operation, content=json.dumps(document).encode(), headers=JSON)
    assert_safe(answer, (str(operation), document))
