"""Resources of the Ministry's indexes from plain facts: patients, practitioners, organizations, locations."""

from typing import Any

from kini.satusehat.sandbox.search_parameters import NIK
from kini.satusehat.sandbox.validation import OWN_IDENTIFIERS

NAKES_NUMBER = "https://fhir.kemkes.go.id/id/nakes-his-number"


def patient(*, nik: str, name: str, birth_date: str, gender: str, id: str = "", **more: Any) -> dict[str, Any]:  # noqa: A002
    """Patient of the Master Patient Index; without an id it gets the next number."""
    return {
        "resourceType": "Patient",
        **({"id": id} if id else {}),
        "meta": {"profile": ["https://fhir.kemkes.go.id/r4/StructureDefinition/Patient"]},
        "identifier": [{"use": "official", "system": NIK, "value": nik}],
        "active": True,
        "name": [{"use": "official", "text": name}],
        "birthDate": birth_date,
        "gender": gender,
        "deceasedBoolean": False,
        "multipleBirthInteger": 0,
        **more,
    }


def practitioner(*, nik: str, name: str, birth_date: str, gender: str, id: str) -> dict[str, Any]:  # noqa: A002
    """Practitioner of the index of health workers."""
    return {
        "resourceType": "Practitioner",
        "id": id,
        "identifier": [
            {"use": "official", "system": NAKES_NUMBER, "value": id},
            {"use": "official", "system": NIK, "value": nik},
        ],
        "name": [{"use": "official", "text": name}],
        "birthDate": birth_date,
        "gender": gender,
    }


def organization(*, id: str, name: str, part_of: str = "") -> dict[str, Any]:  # noqa: A002
    """Organization of the index of facilities."""
    return {
        "resourceType": "Organization",
        "id": id,
        "active": True,
        "identifier": [{"use": "official", "system": f"{OWN_IDENTIFIERS}organization/{part_of or id}", "value": id}],
        "name": name,
        **({"partOf": {"reference": f"Organization/{part_of}"}} if part_of else {}),
    }


def location(*, id: str, name: str, organization: str, key: str) -> dict[str, Any]:  # noqa: A002
    """Location of an organization, under the organization's own key."""
    return {
        "resourceType": "Location",
        "id": id,
        "identifier": [{"system": f"{OWN_IDENTIFIERS}location/{organization}", "value": key}],
        "status": "active",
        "name": name,
        "mode": "instance",
        "managingOrganization": {"reference": f"Organization/{organization}"},
    }
