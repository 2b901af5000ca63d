"""Search parameters of the sandbox: index entries of a resource, criteria of a query."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from kini.satusehat.sandbox.outcomes import Issue, Refused
from kini.satusehat.sandbox.validation import find

NIK = "https://fhir.kemkes.go.id/id/nik"
IHS_NUMBER = "https://fhir.kemkes.go.id/id/ihs-number"
#: Kinds of values: identifiers and codes with system, references by id, names by their parts, days, words.
TOKEN, REFERENCE, NAME, DAY, WORD = "token", "reference", "name", "day", "word"  # noqa: S105

_CLINICAL = {
    "identifier": (TOKEN, "identifier"),
    "subject": (REFERENCE, "subject"),
    "patient": (REFERENCE, "subject"),
    "encounter": (REFERENCE, "encounter"),
    "code": (TOKEN, "code.coding"),
    "status": (WORD, "status"),
}
#: By type: parameters with the kind and path of their values.
PARAMETERS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "Patient": {
        "identifier": (TOKEN, "identifier"),
        "nik": (WORD, "identifier.value"),
        "name": (NAME, "name"),
        "birthdate": (DAY, "birthDate"),
        "gender": (WORD, "gender"),
    },
    "Practitioner": {
        "identifier": (TOKEN, "identifier"),
        "name": (NAME, "name"),
        "birthdate": (DAY, "birthDate"),
        "gender": (WORD, "gender"),
    },
    "Organization": {
        "identifier": (TOKEN, "identifier"),
        "name": (NAME, "name"),
        "partof": (REFERENCE, "partOf"),
    },
    "Location": {
        "identifier": (TOKEN, "identifier"),
        "name": (NAME, "name"),
        "organization": (REFERENCE, "managingOrganization"),
    },
    "Encounter": {
        "identifier": (TOKEN, "identifier"),
        "subject": (REFERENCE, "subject"),
        "patient": (REFERENCE, "subject"),
        "status": (WORD, "status"),
        "service-provider": (REFERENCE, "serviceProvider"),
    },
    "Immunization": {
        "identifier": (TOKEN, "identifier"),
        "patient": (REFERENCE, "patient"),
        "subject": (REFERENCE, "patient"),
        "encounter": (REFERENCE, "encounter"),
        "status": (WORD, "status"),
        "vaccine-code": (TOKEN, "vaccineCode.coding"),
        "lot-number": (WORD, "lotNumber"),
        "date": (DAY, "occurrence[x]"),
        "location": (REFERENCE, "location"),
    },
    "Observation": _CLINICAL | {"category": (TOKEN, "category.coding"), "date": (DAY, "effective[x]")},
    "Condition": {name: value for name, value in _CLINICAL.items() if name != "status"}
    | {"category": (TOKEN, "category.coding"), "clinical-status": (TOKEN, "clinicalStatus.coding")},
    "Procedure": _CLINICAL | {"date": (DAY, "performed[x]")},
    "QuestionnaireResponse": {
        "identifier": (TOKEN, "identifier"),
        "subject": (REFERENCE, "subject"),
        "patient": (REFERENCE, "subject"),
        "encounter": (REFERENCE, "encounter"),
        "questionnaire": (WORD, "questionnaire"),
        "status": (WORD, "status"),
    },
}
OTHERS: Mapping[str, tuple[str, str]] = {
    "identifier": (TOKEN, "identifier"),
    "subject": (REFERENCE, "subject"),
    "patient": (REFERENCE, "subject"),
    "encounter": (REFERENCE, "encounter"),
}

DEFAULT_COUNT, MOST_COUNT = 20, 200
SHORTEST_NAME = 3

type Criteria = list[tuple[str, Sequence[str]]]


def index_entries(resource: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Pairs of parameter and value by which a resource is found."""
    for name, (kind, path) in PARAMETERS.get(resource["resourceType"], OTHERS).items():
        for value in find(resource, path.split(".")):
            for text in _texts(kind, value):
                yield name, text


def _texts(kind: str, value: Any) -> Iterator[str]:
    if kind == TOKEN and isinstance(value, dict):
        code = str(value.get("value", value.get("code", "")))
        if not code.strip("#"):  # masked
            return
        yield code
        yield f"{value.get('system', '')}|{code}"
    elif kind == REFERENCE and isinstance(value, dict):
        yield str(value.get("reference", "")).rsplit("/", 1)[-1]
    elif kind == NAME:
        text = value if isinstance(value, str) else value.get("text") or " ".join(value.get("given", ()))
        words = text.casefold().split()
        yield " ".join(words)
        yield from words
    elif kind == DAY:
        yield str(value.get("start", "") if isinstance(value, dict) else value)[:10]
    elif kind == WORD and isinstance(value, str) and value.strip("#"):
        yield value


def criteria_of(kind: str, query: Mapping[str, Sequence[str]]) -> Criteria:
    """Criteria of a query; "_" parameters are left out.

    Raises:
        Refused: for a parameter that this type does not have.
    """
    known, criteria = PARAMETERS.get(kind, OTHERS), list[tuple[str, Sequence[str]]]()
    for name, values in query.items():
        if name == "_id":
            criteria.append(("*id", values))
        elif not name.startswith("_"):
            if name not in known:
                raise Refused(
                    400, Issue(0, f"{kind} cannot be searched by {name}", f"{kind}.{name}", code="not-supported")
                )
            for value in values:
                criteria.append((name, [_wanted(known[name][0], each, name) for each in value.split(",")]))
    if kind == "Patient":
        _require_enough({name for name, _ in criteria})
    return criteria


def _wanted(kind: str, value: str, name: str) -> str:
    if kind == REFERENCE:
        return value.rsplit("/", 1)[-1]
    if kind == NAME:
        if len(value.strip()) < SHORTEST_NAME:
            raise Refused(400, Issue(0, f"A name has {SHORTEST_NAME} letters or more", name, code="invalid"))
        return " ".join(value.casefold().split())
    return value


def _require_enough(names: set[str]) -> None:
    """Persons are found by number, or by name with birth date and sex or NIK: never listed."""
    if not names & {"identifier", "*id"} and not {"name", "birthdate"} <= names:
        words = "Search a patient by identifier, or by name with birthdate and gender or nik"
        raise Refused(400, Issue(0, words, "Patient", code="incomplete"))
    if "name" in names and not names & {"identifier", "*id", "gender", "nik"}:
        raise Refused(400, Issue(0, "A search by name needs gender or nik too", "Patient.gender", code="incomplete"))
