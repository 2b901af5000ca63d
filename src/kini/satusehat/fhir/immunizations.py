"""Immunizations of SATUSEHAT as plain values. What cannot be read is left out, never guessed. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from typing import Any

from kini.satusehat.fhir import codes


@dataclass(frozen=True, slots=True)
class NationalDose:
    """An Immunization.

    Attributes:
        id: at SATUSEHAT.
        status: "completed", "not-done" or "entered-in-error".
        codes: of the vaccine, as (system, code).
        day: in the city.
        at: None where only the day is known.
        number: None where it is not named.
        identifiers: of senders, as (system, value).
    """

    id: str
    status: str
    codes: frozenset[tuple[str, str]]
    day: date
    at: datetime | None = None
    number: int | None = None
    lot: str = ""
    place: str = ""
    patient: str = ""
    identifiers: frozenset[tuple[str, str]] = field(default=frozenset())


def read_immunization(resource: Mapping[str, Any], zone: tzinfo) -> NationalDose | None:
    """Read an Immunization; None without id, status, or a day that can be read."""
    moment = _moment(resource.get("occurrenceDateTime"))
    if not moment or not isinstance(resource.get("id"), str):
        return None
    at = moment.astimezone(zone) if isinstance(moment, datetime) else None
    return NationalDose(
        id=resource["id"][:80],
        status=str(resource.get("status", ""))[:20],
        codes=frozenset(_codings(resource.get("vaccineCode"))),
        day=at.date() if at else date(moment.year, moment.month, moment.day),
        at=at,
        number=_number(resource.get("protocolApplied")),
        lot=str(resource.get("lotNumber") or "")[:40],
        place=_place(resource)[:160],
        patient=_text(resource.get("patient"), "reference").rpartition("/")[2],
        identifiers=frozenset(_identifiers(resource.get("identifier"))),
    )


def _moment(value: Any) -> datetime | date | None:
    if not isinstance(value, str):
        return None
    try:
        if len(value) == len("2021-07-01"):
            return date.fromisoformat(value)
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def _codings(concept: Any) -> Iterator[tuple[str, str]]:
    coding = concept.get("coding") if isinstance(concept, dict) else None
    for each in coding if isinstance(coding, list) else []:
        if _text(each, "code"):
            yield _text(each, "system"), _text(each, "code")


def _identifiers(identifiers: Any) -> Iterator[tuple[str, str]]:
    for each in identifiers if isinstance(identifiers, list) else []:
        yield _text(each, "system"), _text(each, "value")


def _number(protocols: Any) -> int | None:
    first = protocols[0] if isinstance(protocols, list) and protocols else None
    number = first.get("doseNumberPositiveInt") if isinstance(first, dict) else None
    return number if isinstance(number, int) and 0 < number < 100 else None


def _place(resource: Mapping[str, Any]) -> str:
    performers = resource.get("performer")
    actors = (
        [each.get("actor") for each in performers if isinstance(each, dict)] if isinstance(performers, list) else []
    )
    places = [_text(resource.get("location"), "display"), *(_text(each, "display") for each in actors)]
    return next(filter(None, places), "")


def _text(value: Any, name: str) -> str:
    text = value.get(name) if isinstance(value, dict) else None
    return text[:200] if isinstance(text, str) else ""


def is_covid(dose: NationalDose) -> bool:
    """True for vaccines of the KFA's group of COVID-19."""
    return (codes.KFA, codes.COVID_GROUP) in dose.codes
