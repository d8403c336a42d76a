"""Files of another census, CSV or Parquet, in chunks of raw lines."""

import csv
import hashlib
from collections.abc import Iterator
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from clavis_kit.errors import ServiceError
from pydantic import ValidationError

from clavis_registry.actions.convalidation import Candidate
from clavis_registry.commands.running import FileError
from clavis_registry.routes.inputs import ApplicantIn

COLUMNS = (
    "national_id", "given_name", "first_surname", "second_surname", "birth_date",
    "document_kind", "support_number", "issued_on", "expires_on", "email", "mobile", "language",
)  # fmt: skip
OPTIONAL = ("guardian_national_id", "guardian_proof", "consented_on")
Line = dict[str, str]


def file_hash(path: Path) -> str:
    """Hash a file: a run is taken up again only with the very same one. Raises FileError."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise FileError(f"cannot read {path.name}: {error.strerror}") from error


def read_lines(path: Path) -> Iterator[Line]:
    """Read the people of a file as text, by its suffix. Raises FileError."""
    return _parquet(path) if path.suffix == ".parquet" else _csv(path)


def count_lines(path: Path) -> int:
    """Estimate how many people a file has, for the progress shown. Raises FileError."""
    if path.suffix == ".parquet":
        return int(_parquet_file(path).metadata.num_rows)
    with path.open("rb") as file:
        return max(
            sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b"")) - 1, 1
        )


def in_chunks(lines: Iterator[Line], size: int) -> Iterator[list[Line]]:
    """Cut lines into chunks of a size."""
    while chunk := list(islice(lines, size)):
        yield chunk


def _check_columns(path: Path, names: list[str]) -> None:
    missing = [name for name in COLUMNS if name not in names]
    unknown = [name for name in names if name not in COLUMNS + OPTIONAL]
    if missing or unknown:
        raise FileError(
            f"{path.name} needs the columns {','.join(COLUMNS)}"
            f" and may have {','.join(OPTIONAL)}, no others"
        )


def _csv(path: Path) -> Iterator[Line]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file, restkey="", restval="")
            _check_columns(path, list(rows.fieldnames or []))
            yield from rows
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise FileError(f"cannot read {path.name} as UTF-8 text in CSV") from error


def _parquet_file(path: Path) -> Any:
    try:
        # Large, and needed for this alone.
        from pyarrow import lib, parquet  # noqa: PLC0415
    except ImportError as error:
        raise FileError("Parquet needs the package pyarrow; CSV needs nothing") from error
    try:
        return parquet.ParquetFile(path)
    except (OSError, lib.ArrowException) as error:
        raise FileError(f"cannot read {path.name} as Parquet") from error


def _parquet(path: Path) -> Iterator[Line]:
    file = _parquet_file(path)
    _check_columns(path, list(file.schema_arrow.names))
    for batch in file.iter_batches():
        for row in batch.to_pylist():
            yield {name: _text(value) for name, value in row.items()}


def _text(value: object) -> str:
    if isinstance(value, datetime):
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, date) else str("" if value is None else value)


def candidate(number: int, line: Line) -> Candidate:
    """Read one line; the code says why it is not a person."""
    if "" in line:
        return Candidate(number, None, "malformed-line")
    try:
        applicant = ApplicantIn.model_validate(_nested(line)).canonical()
        consented = line.get("consented_on")
        on = date.fromisoformat(consented) if consented else None
        return Candidate(number, applicant, consented_on=on)
    except ValidationError as error:
        names = sorted({".".join(map(str, problem["loc"])) for problem in error.errors()})
        return Candidate(number, None, "invalid-fields " + " ".join(names))
    except ServiceError as error:
        return Candidate(number, None, error.code)
    except ValueError:
        return Candidate(number, None, "invalid-fields consented_on")


def _nested(line: Line) -> dict[str, Any]:
    guardian = line.get("guardian_national_id")
    return {
        **{name: line[name] for name in ("national_id", "given_name", "first_surname", "email",
                                         "mobile", "language", "birth_date")},
        "second_surname": line["second_surname"] or None,
        "document": {
            "kind": line["document_kind"],
            "support_number": line["support_number"] or None,
            "issued_on": line["issued_on"],
            "expires_on": line["expires_on"] or None,
        },
        "guardian": (
            {"national_id": guardian, "proof": line.get("guardian_proof")} if guardian else None
        ),
    }  # fmt: skip


def write_rejected(path: Path, source: Path, codes: dict[int, str]) -> None:
    """Write the rejected lines as they came, each with its number and the reason."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        names = [*COLUMNS, *OPTIONAL]
        writer.writerow(["line", "reason", *names])
        for number, line in enumerate(read_lines(source), start=1):
            if number in codes:
                writer.writerow([number, codes[number], *(line.get(name, "") for name in names)])
