"""Comparison of two persons' details: a score from 0 to 1, with its reasons in words. Pure.

The weights are judgement, tuned on made-up pairs (tests/people/persons); an officer decides, the score only sorts.
"""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from kini.people.persons.name_matching import name_similarity, same_words
from kini.people.persons.person_details import PersonDetails

#: Weights of name, birth date and phone, which add up to 1.
NAME, BIRTH, PHONE = 0.55, 0.35, 0.10
#: Evidence of a birth date or phone that one of the two lacks: neither for nor against.
UNKNOWN_BIRTH, UNKNOWN_PHONE = 0.55, 0.5
OTHER_SEX = 0.25
#: Score of a shared identifier, and of one whose names differ (perhaps a wrong number).
SAME_IDENTIFIER, SAME_IDENTIFIER_OTHER_NAME = 0.95, 0.7
#: Similarity below which two names are different ones.
SIMILAR_NAME = 0.75


@dataclass(frozen=True, slots=True)
class Similarity:
    """Score from 0 to 1, and reasons for and against in words, the strongest first."""

    score: float
    reasons: tuple[str, ...]


def compare(one: PersonDetails, other: PersonDetails, shared: tuple[str, ...] = ()) -> Similarity:
    """Compare two persons.

    Args:
        shared: labels of the identifier types of which both have the same value.
    """
    name, name_reason = _compare_names(one.name, other.name)
    birth, birth_reason = _compare_births(one, other)
    phone, phone_reason = _compare_phones(one.phone, other.phone)
    score = NAME * name + BIRTH * birth + PHONE * phone
    sexes_differ = bool(one.sex and other.sex and one.sex != other.sex)
    if sexes_differ:
        score -= OTHER_SEX
    if shared:
        # A name that is not known yet is no other name.
        agrees = name >= SIMILAR_NAME or not (one.name and other.name)
        score = max(score, SAME_IDENTIFIER if agrees else SAME_IDENTIFIER_OTHER_NAME)
    reasons = [_("Same number: %(type)s") % {"type": label} for label in shared]
    reasons += [name_reason, birth_reason, phone_reason, _("Different sex") if sexes_differ else ""]
    return Similarity(round(min(1.0, max(0.0, score)), 3), tuple(filter(None, reasons)))


def _compare_names(one: str, other: str) -> tuple[float, str]:
    similarity = name_similarity(one, other)
    if not one or not other:
        return 0.0, ""
    if similarity < SIMILAR_NAME:
        return similarity, _("Different names")
    if same_words(one, other):
        return similarity, _("Same name")
    return similarity, _("Same name in another spelling") if similarity >= 1 else _("Similar names")


def _compare_births(one: PersonDetails, other: PersonDetails) -> tuple[float, str]:
    if one.birth_date is None or other.birth_date is None:
        return UNKNOWN_BIRTH, ""
    if one.birth_precision != "day" or other.birth_precision != "day":
        return _compare_parts(one, other)
    if one.birth_date == other.birth_date:
        return 1.0, _("Same birth date")
    if _swapped(one.birth_date, other.birth_date):
        return 0.9, _("Day and month of birth are swapped")
    equal = sum(getattr(one.birth_date, part) == getattr(other.birth_date, part) for part in ("year", "month", "day"))
    if equal == 2:
        return 0.7, _("Birth dates differ in one part")
    return 0.0, _("Different birth dates")


def _compare_parts(one: PersonDetails, other: PersonDetails) -> tuple[float, str]:
    """Compare two dates as far as the less precise one goes."""
    assert one.birth_date
    assert other.birth_date
    months = "year" not in (one.birth_precision, other.birth_precision)
    if one.birth_date.year != other.birth_date.year:
        near = abs(one.birth_date.year - other.birth_date.year) == 1 and not months
        return (0.5, _("Birth years differ by one")) if near else (0.0, _("Different birth dates"))
    if months and one.birth_date.month != other.birth_date.month:
        return 0.3, _("Same birth year, another month")
    return (0.85, _("Same birth month")) if months else (0.75, _("Same birth year"))


def _swapped(one: date, other: date) -> bool:
    return one.year == other.year and (one.month, one.day) == (other.day, other.month)


def _compare_phones(one: str, other: str) -> tuple[float, str]:
    if not one or not other:
        return UNKNOWN_PHONE, ""
    return (1.0, _("Same phone number")) if one == other else (0.0, "")
