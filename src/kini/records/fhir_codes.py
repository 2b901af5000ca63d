"""Codes of FHIR R4 as the rooms of health write them, and the code systems that several of them use. Pure."""

from dataclasses import dataclass
from typing import Any

LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"
ICD10 = "http://hl7.org/fhir/sid/icd-10"
CVX = "http://hl7.org/fhir/sid/cvx"
#: Beginning of the systems of HL7's own codes: "/condition-clinical" follows.
HL7 = "http://terminology.hl7.org/CodeSystem"


@dataclass(frozen=True, slots=True)
class Code:
    """A code of a system: LOINC, SNOMED CT, CVX ..."""

    system: str
    code: str
    display: str = ""

    def as_fhir(self) -> dict[str, str]:
        """Return the Coding; without an empty display."""
        return {"system": self.system, "code": self.code} | ({"display": self.display} if self.display else {})


def concept(*codes: Code, text: str = "") -> dict[str, Any]:
    """Return a CodeableConcept of these codes and the text; what is empty is left out."""
    coding = [each.as_fhir() for each in codes]
    return ({"coding": coding} if coding else {}) | ({"text": text} if text else {})
