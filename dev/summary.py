"""The table of addresses and people that the demo prints when it is ready."""

from collections.abc import Sequence

from dev.demo_file import seed_day
from dev.layout import Layout
from dev.output import Terminal
from dev.seed.newcomers import Newcomer, demo_newcomers
from dev.seed.people import SeedPerson, demo_people

_HEADINGS = ("NIF", "contrast", "name", "phone", "password or activation code", "")
_UNENROLLED = ("NIF", "contrast", "name", "address", "")
_BODIES = ("Demo service, low", "Demo service, substantial", "Demo service, high")


def summary(layout: Layout, terminal: Terminal) -> str:
    """Write the table as text."""
    people = demo_people(seed_day(layout))
    return "\n".join(
        [
            "",
            terminal.strong("Open"),
            *_table(_addresses(layout)),
            "",
            terminal.strong("People (all made up)"),
            *_table([_HEADINGS, *(_row(person) for person in people)]),
            "",
            terminal.strong("Not enrolled yet, known to the civil register"),
            *_table([_UNENROLLED, *(_newcomer_row(one) for one in demo_newcomers())]),
            "",
            f"Test certificates (.p12, password clavis) are in {layout.file('pki')}.",
            *_trust(layout),
            f"All of this as data: {layout.file('demo.json')}. Stop with Ctrl-C.",
        ]
    )


def _trust(layout: Layout) -> list[str]:
    authority = layout.file("pki", "tls-ca.cer.pem")
    return [f"https://localhost is signed by {authority}, which is good for localhost only."]


def _addresses(layout: Layout) -> list[tuple[str, ...]]:
    bodies = [
        (title, f"http://localhost:{port}")
        for title, port in zip(_BODIES, layout.demo_ports, strict=True)
    ]
    return [
        *bodies,
        ("Citizen portal", layout.url("portal")),
        ("Office console", layout.url("console")),
        ("Message inbox", layout.url("inbox")),
        ("OpenID provider", layout.issuer),
        ("Certificate host", layout.certificate_url),
    ]


def _row(person: SeedPerson) -> tuple[str, ...]:
    secret = person.password or person.activation_code or "-"
    note = f"{person.level}, {person.note}" if person.level not in person.note else person.note
    return (person.national_id, person.contrast, person.name, person.phone, secret, note)


def _newcomer_row(one: Newcomer) -> tuple[str, ...]:
    return (one.national_id, one.document.contrast, one.name, one.street or "-", one.note)


def _table(rows: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return [
        "  "
        + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
