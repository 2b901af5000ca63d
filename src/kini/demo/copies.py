"""Copies of played cases, for the bulk of the demo's year: later or earlier by weeks, of other people, at other places.

Only cases without rows of other rooms are copied, and public reports; those with a booking, a bill or a letter are not.
The database sees each copy take the steps of its original, so its triggers check them too.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import NamedTuple

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from kini.booking.models import Booking
from kini.cases.models import Attachment, Case, TimelineEntry
from kini.city.models import Area
from kini.city.queries import landmark, unit_for
from kini.core import audit, current_time
from kini.core.actions import action
from kini.core.actors import Actor, ActorKind
from kini.demo.answers import made_up_place
from kini.demo.case_cloner import Original, Person, load_originals
from kini.demo.content import demo_content
from kini.demo.history import is_rated, rate
from kini.demo.report_copies import close_copies, publish_copies
from kini.letters.models import Letter
from kini.payments.models import BillCase
from kini.reports.models import Publication
from kini.reports.public import words_of

#: Weeks by which a copy is earlier than its original, those of public reports, and days for one that is still open.
WEEKS = (-3, -2, -1, 1, 2, 3)
REPORT_WEEKS = tuple(weeks for weeks in range(-8, 9) if weeks)
OPEN_DAYS = 2.0
#: First number of the copies' references.
NUMBERS = 1_000_000

_STEP = """
    UPDATE cases_case SET state = step.state, entries = step.entry
    FROM unnest(%s::bigint[], %s::text[], %s::integer[]) AS step (id, state, entry) WHERE cases_case.id = step.id
"""


class Place(NamedTuple):
    """Area, the unit that works there, a point, and a landmark close to it."""

    area: Area | None
    unit: str | None
    point: tuple[float, float] | None
    near: str


class Applicants(NamedTuple):
    """People of copies: with an account, and without one."""

    accounts: Sequence[Person]
    helped: Sequence[Person]


@dataclass(slots=True)
class CopiedRows:
    """Rows of copies, to be stored together.

    Attributes:
        paths: states of each case in order, with the numbers of their entries.
        sources: keys of the originals, in the order of the cases.
    """

    cases: list[Case] = field(default_factory=list)
    entries: list[tuple[Case, TimelineEntry]] = field(default_factory=list)
    documents: list[tuple[Case, Attachment]] = field(default_factory=list)
    paths: list[list[tuple[str, int]]] = field(default_factory=list)
    sources: list[int] = field(default_factory=list)


def copied_cases() -> QuerySet[Case]:
    """Cases that may be copied; not those that are late, so that lateness stays rare."""
    return _alone().exclude(Exists(Publication.objects.filter(case=OuterRef("pk"))))


def copied_reports() -> QuerySet[Case]:
    """Reports that may be copied with their public side; those that wait, too: open ones are mostly among them."""
    return _alone().filter(publication__state__in=(Publication.RELEASED, Publication.WAITING))


def _alone() -> QuerySet[Case]:
    late = Q(closed_at=None, due_at__lt=current_time.now())
    strays = Q(area__in=[each.area for each in demo_content().strays], kind="report")
    case = OuterRef("pk")
    return Case.objects.exclude(
        Exists(Booking.objects.filter(case=case))
        | Exists(BillCase.objects.filter(case=case))
        | Exists(Letter.objects.filter(case=case))
        | Exists(Case.objects.filter(merged_into=case))
    ).exclude(Q(kind="privacy") | Q(merged_into__isnull=False) | Q(resident=None) | late | strays)


@action
def copy_cases(
    *, by: Actor, originals: Mapping[int, float], numbers: range, until: datetime, applicants: Applicants
) -> int:
    """Store a copy for each of these numbers; returns how many.

    Args:
        originals: how often each case is copied, compared with the others, by its key.
        until: no step of a copy is later.
    """
    rows = _copies(originals, numbers, until, WEEKS, applicants)
    _store(by, rows)
    reports = [copied for copied in zip(rows.cases, rows.sources, strict=True) if copied[0].kind == "report"]
    close_copies(reports, Case.objects.in_bulk({source for _case, source in reports}))
    for case in rows.cases:
        rng = Random(case.reference)  # noqa: S311 -- made-up data
        if case.closed_at and is_rated(case, rng):
            rate(Actor(ActorKind.RESIDENT, case.submitted_by_id), case, rng, case.closed_at + timedelta(hours=1))
    return len(rows.cases)


@action
def copy_reports(
    *, by: Actor, originals: Mapping[int, float], numbers: range, until: datetime, applicants: Applicants
) -> int:
    """Store copies of public reports with what the public sees of them, answers of reporters, and audits.

    Args:
        originals, until: as for `copy_cases`.
    """
    rows = _copies(originals, numbers, until, REPORT_WEEKS, applicants, other_words=True)
    _store(by, rows)
    publish_copies(list(zip(rows.cases, rows.sources, strict=True)), rows.documents)
    return len(rows.cases)


def _copies(
    originals: Mapping[int, float],
    numbers: range,
    until: datetime,
    weeks: Sequence[int],
    applicants: Applicants,
    *,
    other_words: bool = False,
) -> CopiedRows:
    templates, rows, content = load_originals(originals), CopiedRows(), demo_content()
    said = {id(each): words_of(each.case) for each in templates} if other_words else {}
    keys = {id(each): int(each.case.pk) for each in templates}
    weights = [originals[key] for key in keys.values()]
    for number in numbers if templates else ():
        rng = Random(number)  # noqa: S311 -- made-up data
        [original] = rng.choices(templates, weights)
        people = applicants.accounts if original.case.channel == "web" else applicants.helped
        days, person = _days(original, rng, until, weeks), rng.choice(people)
        place = _place(original, rng) or Place(None, None, None, "")
        text = said.get(id(original), "")
        words = {text: content.other_text(text, rng)} if text else {}
        original.become(NUMBERS + number, days, person, place.area, place.unit, place.point, place.near, words)
        _collect(rows, original)
        rows.sources.append(keys[id(original)])
    return rows


def _days(original: Original, rng: Random, until: datetime, choice: Sequence[int]) -> float:
    """Days by which the copy is earlier: whole weeks, which keep its weekday and season."""
    first, last = original.life(0).moments[0], original.life(0).moments[-1]
    if original.is_open:
        return rng.random() * OPEN_DAYS
    weeks = [each for each in choice if last - timedelta(weeks=each) < until and first - timedelta(weeks=each) < until]
    return rng.choice(weeks or [1]) * 7 + rng.random() * 0.1


def _place(original: Original, rng: Random) -> Place | None:
    """Another place in the city, for an original that has a point."""
    if None in original.point:
        return None
    latitude, longitude, area = made_up_place(rng)
    unit = unit_for(original.case.agency_id, area)
    return Place(area, unit.pk if unit else None, (latitude, longitude), landmark(latitude, longitude))


def _collect(rows: CopiedRows, original: Original) -> None:
    case = copy(original.case)
    case.pk, case.assignee, case.search = None, None, None
    rows.cases.append(case)
    rows.entries += ((case, _without_key(each)) for each in original.entries)
    rows.documents += ((case, copy(each)) for each in original.documents)
    rows.paths.append([(each.to_state, each.number) for each in original.entries if each.to_state])


def _without_key(entry: TimelineEntry) -> TimelineEntry:
    entry = copy(entry)
    entry.pk = None
    return entry


def _store(by: Actor, rows: CopiedRows) -> None:
    """Store the cases at their first state, their entries and documents, and take them along their paths."""
    ends = [(case.state, case.entries) for case in rows.cases]
    for case, path in zip(rows.cases, rows.paths, strict=True):
        case.state, case.entries = path[0]
    Case.objects.bulk_create(rows.cases)
    for case, entry in rows.entries:
        entry.case = case
    for case, document in rows.documents:
        document.case, document.draft = case, None
    TimelineEntry.objects.bulk_create([row for _case, row in rows.entries])
    Attachment.objects.bulk_create([row for _case, row in rows.documents])
    _walk(rows, ends)
    for case in rows.cases:
        audit.record(
            by=by, action="cases.submitted", subject=f"case:{case.reference}", detail={"service": case.service_id}
        )


def _walk(rows: CopiedRows, ends: list[tuple[str, int]]) -> None:
    steps: dict[int, list[tuple[int, str, int]]] = defaultdict(list)
    for case, path, end in zip(rows.cases, rows.paths, ends, strict=True):
        assert path[-1][0] == end[0], f"{case.reference}: {path} does not lead to {end}"
        for place, (state, number) in enumerate([*path[1:], end]):  # at last, the number of all entries
            steps[place].append((case.pk, state, number))
        case.state, case.entries = end
    with connection.cursor() as cursor:
        for place in sorted(steps):
            cursor.execute(_STEP, [list(column) for column in zip(*steps[place], strict=True)])
