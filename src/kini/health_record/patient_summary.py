"""International Patient Summary (HL7 FHIR R4, IPS 1.1) of a health record: a document bundle. Pure.

Medicines, allergies and problems are sections that every summary has; of what the city does not know, the summary says
that there is no information. Codes are those that rooms give with their entries; texts are in the active language.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from html import escape
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from django.utils.translation import gettext as _

from kini.records.public import HL7, LOINC, Code, Immunization, Problem, TestResult, concept

IPS = "http://hl7.org/fhir/uv/ips"
ABSENT = f"{IPS}/CodeSystem/absent-unknown-uv-ips"

type Json = dict[str, Any]
type Fact = Immunization | TestResult | Problem


@dataclass(frozen=True, slots=True)
class SummaryOf:
    """The person and the document around their facts.

    Attributes:
        key: makes the ids of resources, the same for the same content.
        address: of the city's instance.
    """

    key: str
    name: str
    birth_date: date | None
    sex: str
    city: str
    address: str
    language: str
    at: datetime


def patient_summary(about: SummaryOf, facts: Sequence[Fact]) -> Json:
    """Return the bundle of a person's facts."""
    builder = _Builder(about)
    problems = [builder.problem(each) for each in facts if isinstance(each, Problem)]
    doses = [builder.immunization(each) for each in facts if isinstance(each, Immunization)]
    results = [builder.result(each) for each in facts if isinstance(each, TestResult) and each.result]
    sections = [
        builder.section(_("Problems"), "11450-4", "Problem list - Reported", problems or [builder.no_problems()]),
        builder.section(
            _("Allergies"), "48765-2", "Allergies and adverse reactions Document", [builder.no_allergies()]
        ),
        builder.section(_("Medicines"), "10160-0", "History of Medication use Narrative", [builder.no_medicines()]),
        builder.section(
            _("Vaccinations"), "11369-6", "History of Immunization note", doses or [builder.no_immunizations()]
        ),
    ]
    if results:
        title = "Relevant diagnostic tests/laboratory data note"
        sections.append(builder.section(_("Test results"), "30954-2", title, results))
    return builder.bundle(sections)


class _Builder:
    """Resources of one bundle with their texts."""

    def __init__(self, about: SummaryOf) -> None:
        self.about = about
        self.resources: list[Json] = []
        self.texts: dict[str, str] = {}
        self.patient = self._add("Patient", "patient", self._patient(), about.name)
        self.author = self._add("Organization", "author", {"name": about.city}, about.city)

    def _url(self, key: str) -> str:
        return f"urn:uuid:{uuid5(NAMESPACE_URL, f'{self.about.address}/{self.about.key}/{key}')}"

    def _add(self, kind: str, key: str, content: Json, words: str) -> str:
        """Keep a resource; returns its address in the bundle."""
        url = self._url(f"{kind}/{key}")
        text = {"status": "generated", "div": _div(escape(words))}
        self.resources.append(
            {"fullUrl": url, "resource": {"resourceType": kind, "id": url[9:], "text": text, **content}}
        )
        self.texts[url] = words
        return url

    def _patient(self) -> Json:
        about = self.about
        patient: Json = {"name": [{"text": about.name or _("Name not known")}]}
        if about.birth_date:
            patient["birthDate"] = about.birth_date.isoformat()
        return patient | {"gender": about.sex or "unknown"}

    def problem(self, fact: Problem) -> str:
        """Add a Condition."""
        content: Json = {
            "identifier": self._identifier(fact.reference),
            "verificationStatus": concept(Code(f"{HL7}/condition-ver-status", fact.certainty)),
            "category": [concept(Code(f"{HL7}/condition-category", "problem-list-item"))],
            "code": concept(*fact.codes, text=fact.name),
            "subject": {"reference": self.patient},
            "onsetDateTime": fact.since.isoformat(),
        }
        if fact.certainty != "entered-in-error":
            state = Code(f"{HL7}/condition-clinical", "resolved" if fact.ended else "active")
            content["clinicalStatus"] = concept(state)
        if fact.ended:
            content["abatementDateTime"] = fact.ended.isoformat()
        return self._add("Condition", fact.reference, content, f"{fact.name}, {fact.since.isoformat()}")

    def immunization(self, fact: Immunization) -> str:
        """Add an Immunization."""
        content: Json = {
            "identifier": self._identifier(fact.reference),
            "status": "not-done" if fact.not_done else "completed",
            "vaccineCode": concept(*fact.codes, text=fact.vaccine),
            "patient": {"reference": self.patient},
            "occurrenceDateTime": fact.day.isoformat(),
            "protocolApplied": [{"doseNumberPositiveInt": fact.number}],
        }
        if fact.target:
            content["protocolApplied"][0]["targetDisease"] = [concept(*fact.target_codes, text=fact.target)]
        if fact.not_done:
            content["statusReason"] = {"text": fact.not_done}
        if fact.lot:
            content["lotNumber"] = fact.lot
        if fact.place:
            content["location"] = {"display": fact.place}
        words = ", ".join(filter(None, (fact.vaccine, str(fact.number), fact.day.isoformat(), fact.lot, fact.place)))
        return self._add("Immunization", fact.reference, content, words)

    def result(self, fact: TestResult) -> str:
        """Add an Observation of a laboratory."""
        performer = {"display": fact.laboratory} if fact.laboratory else {"reference": self.author}
        content: Json = {
            "identifier": self._identifier(fact.reference),
            "status": "final",
            "category": [concept(Code(f"{HL7}/observation-category", "laboratory"))],
            "code": concept(*fact.codes, text=fact.test),
            "subject": {"reference": self.patient},
            "effectiveDateTime": fact.day.isoformat(),
            "performer": [performer],
            "valueCodeableConcept": concept(*fact.result_codes, text=fact.result),
        }
        return self._add("Observation", fact.reference, content, f"{fact.test}: {fact.result}, {fact.day.isoformat()}")

    def no_problems(self) -> str:
        words = _("No information about illnesses")
        status = Code(f"{HL7}/condition-clinical", "active")
        content = {
            "clinicalStatus": concept(status),
            "code": _absent("no-problem-info", words),
            "subject": {"reference": self.patient},
        }
        return self._add("Condition", "none", content, words)

    def no_allergies(self) -> str:
        words = _("No information about allergies")
        status = Code(f"{HL7}/allergyintolerance-clinical", "active")
        content = {
            "clinicalStatus": concept(status),
            "code": _absent("no-allergy-info", words),
            "patient": {"reference": self.patient},
        }
        return self._add("AllergyIntolerance", "none", content, words)

    def no_medicines(self) -> str:
        words = _("No information about medicines")
        content = {
            "status": "unknown",
            "medicationCodeableConcept": _absent("no-medication-info", words),
            "subject": {"reference": self.patient},
            "effectivePeriod": {"end": self.about.at.date().isoformat()},
        }
        return self._add("MedicationStatement", "none", content, words)

    def no_immunizations(self) -> str:
        words = _("No information about vaccinations")
        content = {
            "status": "not-done",
            "vaccineCode": _absent("no-immunization-info", words),
            "patient": {"reference": self.patient},
            "occurrenceString": _("unknown"),
        }
        return self._add("Immunization", "none", content, words)

    def section(self, title: str, code: str, display: str, entries: Sequence[str]) -> Json:
        """Return a section of the Composition."""
        items = "".join(f"<li>{escape(self.texts[each])}</li>" for each in entries)
        return {
            "title": title,
            "code": concept(Code(LOINC, code, display)),
            "text": {"status": "generated", "div": _div(f"<ul>{items}</ul>")},
            "entry": [{"reference": each} for each in entries],
        }

    def bundle(self, sections: Sequence[Json]) -> Json:
        """Return the document: the Composition first, then what it refers to."""
        about, url = self.about, self._url("Composition")
        composition: Json = {
            "resourceType": "Composition",
            "id": url[9:],
            "language": about.language,
            "status": "final",
            "type": concept(Code(LOINC, "60591-5", "Patient summary Document")),
            "subject": {"reference": self.patient},
            "date": about.at.isoformat(timespec="seconds"),
            "author": [{"reference": self.author}],
            "title": _("Health record of %(name)s") % {"name": about.name},
            "section": list(sections),
        }
        text = {"status": "generated", "div": _div(escape(composition["title"]))}
        return {
            "resourceType": "Bundle",
            "meta": {"profile": [f"{IPS}/StructureDefinition/Bundle-uv-ips"]},
            "language": about.language,
            "identifier": {"system": "urn:ietf:rfc:3986", "value": self._url(f"Bundle/{about.at.isoformat()}")},
            "type": "document",
            "timestamp": about.at.isoformat(timespec="seconds"),
            "entry": [{"fullUrl": url, "resource": composition | {"text": text}}, *self.resources],
        }

    def _identifier(self, reference: str) -> list[Json]:
        return [{"system": f"{self.about.address}/health-record", "value": reference}]


def _absent(code: str, words: str) -> Json:
    return concept(Code(ABSENT, code), text=words)


def _div(content: str) -> str:
    return f'<div xmlns="http://www.w3.org/1999/xhtml">{content}</div>'
