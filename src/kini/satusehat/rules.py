"""Rules of conflicts between the city's doses and those of SATUSEHAT. Pure.

They change no record: a dose that the city does not have is added, one that it has stays, and what differs goes to an
officer.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

#: Days within which the same number of a series is one dose with a wrong day rather than two.
NEAR = 7


class Verdict(StrEnum):
    """Result of comparing a dose of SATUSEHAT with the city's."""

    OWN = "own"
    KNOWN = "known"
    NEW = "new"
    SAME = "same"
    NOT_GIVEN = "not-given"
    DIFFERS = "differs"
    DOUBLE = "double"
    WITHDRAWN = "withdrawn"
    UNKNOWN_VACCINE = "unknown-vaccine"


#: Verdicts that an officer decides about.
TO_DECIDE = (Verdict.DIFFERS, Verdict.DOUBLE, Verdict.WITHDRAWN, Verdict.UNKNOWN_VACCINE)


@dataclass(frozen=True, slots=True)
class ComparedDose:
    """Compared values of a dose.

    Attributes:
        key: id of the city's dose, or "" for one of SATUSEHAT.
        series: campaign and series in which the number counts.
        national_id: of the Immunization; of the city's dose: that it was pulled from.
        given: it was given and is no error.
    """

    key: str
    series: str
    vaccine: str
    number: int | None
    day: date
    lot: str = ""
    given: bool = True
    national_id: str = ""


def judge(theirs: ComparedDose, ours: Iterable[ComparedDose], *, own: bool) -> tuple[Verdict, str]:
    """Compare a dose of SATUSEHAT with all doses of the person here; return the verdict and the key of ours.

    Args:
        ours: also those that are errors.
        own: it has an identifier of the city: comparing both sides deals with it.
    """
    if own:
        return Verdict.OWN, ""
    ours = list(ours)
    pulled = next((each for each in ours if each.national_id and each.national_id == theirs.national_id), None)
    if pulled:
        return _judge_again(theirs, pulled), pulled.key
    if not theirs.given:
        return Verdict.NOT_GIVEN, ""
    if not theirs.vaccine:
        return Verdict.UNKNOWN_VACCINE, ""
    rivals = [each for each in ours if each.given and each.series == theirs.series]
    same_day = [each for each in rivals if each.day == theirs.day]
    for each in same_day:
        if (each.vaccine, each.number) == (theirs.vaccine, theirs.number or each.number):
            return Verdict.SAME, each.key
    if same_day:
        return Verdict.DIFFERS, same_day[0].key
    same_number = [each for each in rivals if each.number == theirs.number]
    if same_number:
        nearest = min(same_number, key=lambda each: abs((each.day - theirs.day).days))
        is_near = abs((nearest.day - theirs.day).days) <= NEAR and nearest.vaccine == theirs.vaccine
        return (Verdict.DIFFERS if is_near else Verdict.DOUBLE), nearest.key
    return Verdict.NEW, ""


def _judge_again(theirs: ComparedDose, pulled: ComparedDose) -> Verdict:
    """Compare a dose with what was pulled of it before: SATUSEHAT's is newer where they differ."""
    if not theirs.given:
        return Verdict.WITHDRAWN if pulled.given else Verdict.KNOWN
    if not pulled.given:
        return Verdict.KNOWN  # an officer found it wrong here: pulling it again does not bring it back
    return Verdict.DIFFERS if differing_fields(pulled, theirs) else Verdict.KNOWN


def differing_fields(ours: ComparedDose, theirs: ComparedDose) -> list[str]:
    """Return what differs of given, vaccine, number, day, lot; what SATUSEHAT does not name does not differ."""
    fields = []
    if ours.given != theirs.given:
        fields.append("given")
    if theirs.vaccine and ours.vaccine != theirs.vaccine:
        fields.append("vaccine")
    if theirs.number is not None and ours.number != theirs.number:
        fields.append("number")
    if ours.day != theirs.day:
        fields.append("day")
    if theirs.lot and ours.lot and ours.lot != theirs.lot:
        fields.append("lot")
    return fields
