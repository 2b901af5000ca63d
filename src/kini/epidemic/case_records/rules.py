"""Pure rules of case records: episodes, plausible days, and what a record's tests say."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from kini.core.actors import ActionRefused
from kini.epidemic.diseases.schema import Disease

#: Day before which no illness is recorded.
EARLIEST = date(1900, 1, 1)


@dataclass(frozen=True, slots=True)
class Result:
    """Result of a test: ids of the disease's file."""

    test: str
    result: str
    specimen_on: date


def is_positive(disease: Disease, test: str, result: str) -> bool:
    """Return True if it is the positive result of a test: the first of the file's list."""
    known = disease.tests.get(test)
    return known is not None and known.results[:1] == (result,)


def first_positive(disease: Disease, results: Iterable[Result]) -> date | None:
    """Return the day of the first positive specimen, or None."""
    return min((each.specimen_on for each in results if is_positive(disease, each.test, each.result)), default=None)


def is_same_episode(disease: Disease, case_day: date, day: date) -> bool:
    """Return True if what happened on a day belongs to an illness of `case_day`, not to a reinfection.

    A disease without a rule of reinfection is caught once.
    """
    return disease.reinfection is None or (day - case_day).days < disease.reinfection.after_days


def require_known(kind: str, known: Iterable[str], codes: Iterable[str]) -> None:
    """Raise ActionRefused for a code that the disease's file does not have."""
    choices = set(known)
    for code in codes:
        if code not in choices:
            raise ActionRefused(
                _("“%(code)s” is none of the disease's %(kind)s. Choose one of: %(choices)s.")
                % {"code": code, "kind": kind, "choices": ", ".join(sorted(choices))}
            )


def require_days(today: date, *days: date | None) -> None:
    """Raise ActionRefused for a day in the future or before anybody's lifetime."""
    for day in days:
        if day is not None and day > today:
            raise ActionRefused(_("The day %(day)s lies in the future. Correct the date.") % {"day": day.isoformat()})
        if day is not None and day < EARLIEST:
            raise ActionRefused(_("The day %(day)s is too early. Correct the year.") % {"day": day.isoformat()})


def require_order(first: date | None, last: date | None, message: str) -> None:
    """Raise ActionRefused with a message unless two days are in order, as far as both are known."""
    if first and last and last < first:
        raise ActionRefused(message)
