"""Key of the event in the world that a resource tells: two resources with one key are duplicates."""

from collections.abc import Mapping
from typing import Any

from kini.satusehat.sandbox.search_parameters import NIK
from kini.satusehat.sandbox.validation import OWN_IDENTIFIERS, find

#: By type, the elements that tell an event without an identifier of the sender.
ELEMENTS: Mapping[str, tuple[str, ...]] = {
    "Immunization": (
        "patient.reference",
        "encounter.reference",
        "status",
        "vaccineCode.coding.code",
        "occurrence[x]",
        "protocolApplied.doseNumberPositiveInt",
    ),
    "Condition": ("subject.reference", "encounter.reference", "code.coding.code"),
    "Procedure": ("subject.reference", "encounter.reference", "code.coding.code", "performed[x].start"),
    "Observation": (
        "subject.reference",
        "encounter.reference",
        "code.coding.code",
        "effective[x]",
        "valueCodeableConcept.coding.code",
    ),
    "QuestionnaireResponse": ("subject.reference", "encounter.reference", "questionnaire", "authored"),
}


def event_key(resource: Mapping[str, Any]) -> str:
    """Key of the event: the sender's identifier, a person's number, or the elements that tell it; empty: none."""
    for identifier in find(resource, ("identifier",)):
        system = str(identifier.get("system", ""))
        if system.startswith(OWN_IDENTIFIERS) or system == NIK:
            return f"{system}|{identifier.get('value', '')}"
    paths = ELEMENTS.get(resource["resourceType"], ())
    return "|".join(f"{value}" for path in paths for value in find(resource, path.split(".")) or [""])
