"""Doses counted into figures of areas, for the pages of the disease: by residence, and by where they were given.

People with each dose at the end of each week, of all areas. Small counts are hidden, and with them as many others that
they cannot be derived from totals; a count stays until it is wrong by 5 or more (`epidemic.spread.weekly_counts`).
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from django.db import connection

from kini.analytics.disclosure import is_small
from kini.city.public import city_tables
from kini.core import audit
from kini.core.actions import action
from kini.core.actors import Actor, require_system
from kini.core.database.bulk_copy import copy_rows
from kini.epidemic.models import AreaFigure
from kini.epidemic.public import measures, settled_counts, suppress_areas
from kini.vaccination.campaigns.campaign_files import campaign_of
from kini.web.formats import today

type Counts = dict[str, dict[date, Counter[str]]]
type Shown = dict[tuple[str, date, str], int]

#: Numbers of doses that are counted.
NUMBERS, ELDERLY_FROM = (1, 2, 3), 60
WEEK = timedelta(days=7)
_PEOPLE = """
    SELECT first.number, first.given_on, first.area_id, first.site_area, first.age >= %(elderly)s, count(*) FROM (
        SELECT DISTINCT ON (dose.person_id, dose.number) dose.number, dose.given_on, dose.area_id, dose.age,
            substring(dose.site_area_path FROM '[^/]*$') AS site_area
        FROM vaccination_dose AS dose
        WHERE dose.campaign = %(campaign)s AND dose.state = 'given' AND dose.number = ANY(%(numbers)s)
            AND dose.given_on <= %(until)s
        ORDER BY dose.person_id, dose.number, dose.given_on, dose.id
    ) AS first GROUP BY 1, 2, 3, 4, 5
"""


@action
def publish_coverage(*, by: Actor, campaign: str, until: date) -> int:
    """Count the doses of a campaign into figures of its disease; return how many figures are new or another.

    Args:
        until: last day; whole weeks until it are counted.

    Raises:
        NotAllowed: for anybody but the system.
        LookupError: the pack has no such campaign.
    """
    require_system(by)
    disease = campaign_of(campaign).disease
    sunday = until - timedelta(days=(until.weekday() + 1) % 7)
    counts = _counts(campaign, sunday) if disease else {}
    if not disease or not counts:
        return 0
    stored = _stored(disease)
    new = {key: count for key, count in _shown(counts, stored, sunday).items() if stored.get(key) != count}
    now = today()
    rows = (
        (measures.COUNTED_DOSES, disease, code, measure, day, float(count), now if key in stored else day)
        for key, count in new.items()
        for measure, day, code in (key,)
    )
    changed = copy_rows(AreaFigure, ("source", "disease", "area", "measure", "day", "value", "known_on"), rows)
    if changed:
        detail = {"figures": changed}
        audit.record(by=by, action="vaccination.coverage-published", subject=f"campaign:{campaign}", detail=detail)
    return changed


@action
def withdraw_coverage(*, by: Actor, campaign: str) -> int:
    """Delete the figures of a campaign, before made-up doses are counted again; return their number.

    Raises:
        NotAllowed: for anybody but the system.
    """
    require_system(by)
    figures = AreaFigure.objects.filter(source=measures.COUNTED_DOSES, disease=campaign_of(campaign).disease or "")
    removed = figures.delete()[0]
    audit.record(
        by=by, action="vaccination.coverage-withdrawn", subject=f"campaign:{campaign}", detail={"rows": removed}
    )
    return removed


def _counts(campaign: str, until: date) -> Counts:
    """People who got a dose in the week that ends on a Sunday, by measure and area."""
    counts: Counts = defaultdict(lambda: defaultdict(Counter))
    values: dict[str, Any] = {"campaign": campaign, "until": until, "numbers": list(NUMBERS), "elderly": ELDERLY_FROM}
    with connection.cursor() as cursor:
        cursor.execute(_PEOPLE, values)
        for number, given_on, home, place, elderly, people in cursor.fetchall():
            week = given_on + timedelta(days=6 - given_on.weekday())
            counts[measures.dose(number, measures.BY_PLACE)][week][place] += people
            if home:
                counts[measures.dose(number)][week][home] += people
            if home and elderly:
                counts[measures.dose(number, measures.ELDERLY)][week][home] += people
    return counts


def _shown(counts: Counts, stored: Shown, until: date) -> Shown:
    """Figures to publish by measure, day and area: people with a dose until the day, and those who should have it."""
    areas = city_tables().areas
    parents = {code: each.parent_id for code, each in areas.items() if each.active and each.parent_id is not None}
    whole = set(parents.values())
    shown: Shown = {}
    for measure, weekly in counts.items():
        so_far, published = Counter[str](), dict[str, int]()
        for day in _weeks(weekly, until):
            so_far += weekly.get(day, Counter())
            before = {
                code: count for code in so_far.keys() - whole if (count := stored.get((measure, day, code))) is not None
            }
            published = settled_counts({code: so_far[code] for code in so_far if code in areas}, published | before)
            totals = suppress_areas(published, parents)
            shown |= {
                (measure, day, code): count
                for code, count in totals.items()
                if count is not None and not is_small(count)  # of the whole city
            }
    target = measures.total_of(measures.TARGET)
    days = {day for _measure, day, _code in shown}
    people = {code: each.population for code, each in areas.items() if each.active and each.population}
    return shown | {(target, day, code): count for day in days for code, count in people.items()}


def _weeks(weekly: Mapping[date, Counter[str]], until: date) -> Iterable[date]:
    """Sundays from the first week with a dose on."""
    first = min(weekly)
    return (first + number * WEEK for number in range((until - first) // WEEK + 1))


def _stored(disease: str) -> Shown:
    """Newest counted figures by measure, day and area."""
    rows = AreaFigure.objects.filter(source=measures.COUNTED_DOSES, disease=disease).order_by("known_on", "pk")
    return {(measure, day, area): round(value) for measure, day, area, value in _values(rows)}


def _values(rows: Iterable[AreaFigure]) -> Iterator[tuple[str, date, str, float]]:
    yield from rows.values_list("measure", "day", "area_id", "value")  # type: ignore[attr-defined]
