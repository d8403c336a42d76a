"""The offices of the demo's town, as ``office import`` reads them."""

import json
from typing import Any

OFFICE = "VC-001"
_ORGANISATION = {"organisation": "L01999999", "organisation_name": "Ayuntamiento de Villaclara"}
_MORNINGS = {str(weekday): [["09:00", "14:00"]] for weekday in range(1, 6)}
_LONG_THURSDAYS = _MORNINGS | {"4": [["09:00", "14:00"], ["16:00", "19:00"]]}


def demo_offices() -> list[dict[str, Any]]:
    """List the offices with what citizens read of them."""
    return [
        {
            **_ORGANISATION,
            "code": OFFICE,
            "name": "Oficina de Registro de Villaclara",
            "street": "Plaza del Ayuntamiento 1",
            "postcode": "28701",
            "municipality": "Villaclara",
            "province": "Madrid",
            "phone": "+34910000001",
            "hours": _LONG_THURSDAYS,
            "languages": ["es", "en"],
            "services": [
                "enrolment", "phone_change", "activation_code", "renewal", "renunciation",
                "rehabilitation", "certificate_revocation", "unfreezing", "accessible",
            ],
        },
        {
            **_ORGANISATION,
            "code": "VC-002",
            "name": "Oficina de barrio de La Estación",
            "street": "Avenida de la Estación 12",
            "postcode": "28702",
            "municipality": "Villaclara",
            "province": "Madrid",
            "phone": "+34910000002",
            "hours": _MORNINGS,
            "languages": ["es"],
            "services": ["enrolment", "phone_change", "activation_code"],
        },
    ]  # fmt: skip


def office_lines() -> str:
    """Write the file that ``office import`` reads."""
    return "".join(json.dumps(office, ensure_ascii=False) + "\n" for office in demo_offices())
