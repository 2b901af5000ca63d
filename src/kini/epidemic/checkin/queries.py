"""Reads: kinds of venue and their limits, the state of a person at a gate, published packages, slips."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

from django.db.models import Max
from django.utils.translation import gettext as _

from kini.core import current_time, references
from kini.core.actors import ActionRefused
from kini.core.crypto import candidate_hashes
from kini.core.database.prepared_statements import execute_prepared
from kini.core.localized_text import Text
from kini.core.registry import Registry
from kini.epidemic.checkin.entry_passes import issue_pass
from kini.epidemic.checkin.models import Slip, UploadCode, WarningPackage
from kini.epidemic.checkin.slips import candidate_slip_ids, open_visit
from kini.epidemic.checkin.warning_records import Stay, StayMatcher
from kini.epidemic.diseases.disease_files import diseases
from kini.epidemic.diseases.venue_schema import VenueLimits, Venues
from kini.people.models import Assurance
from kini.web import formats

CODE_PURPOSE = "epidemic.upload-code"
#: Reasons why a person (id of the root) should not enter venues on a day, beside an infectious illness of their own:
#: a quarantine, a missing dose. Other parts of the room and other rooms add theirs.
entry_checks: Registry[Callable[[int, date], bool]] = Registry("check at the entrance")
#: Kinds of venue that refuse the holder of an account (id) on a day beside that: by the colour of a health status.
venue_checks: Registry[Callable[[int, date], Collection[str]]] = Registry("check at venues of a kind")

_ENTRY_STATE = """
    SELECT root.person, resident.assurance > %(typed)s, EXISTS (
        SELECT FROM epidemic_caserecord AS record
        JOIN unnest(%(diseases)s::text[], %(days)s::int[]) AS infectious (disease, after)
            ON infectious.disease = record.disease
        WHERE record.person_id = root.person AND record.classification IN ('confirmed', 'probable')
            AND record.outcome = '' AND record.merged_into_id IS NULL
            AND coalesce(record.onset_on, record.specimen_on, record.reported_on) + infectious.after >= %(today)s
    ) FROM people_resident AS resident, LATERAL kini_person_root(resident.person_id) AS root (person)
    WHERE resident.user_id = %(user)s
"""

_LATEST_SIGNS = """
    SELECT greatest(
        (SELECT max(coalesce(specimen_on, onset_on, reported_on)) FROM epidemic_caserecord
         WHERE person_id = %(person)s AND disease = %(disease)s AND merged_into_id IS NULL
             AND classification IN ('confirmed', 'probable') AND reported_on <= %(day)s),
        (SELECT max(specimen_on) FROM epidemic_labtest
         WHERE person_id = %(person)s AND disease = %(disease)s AND result = 'positive' AND result_on <= %(day)s)
    ), (
        SELECT max(last_exposure_on) FROM epidemic_contact
        WHERE person_id = %(person)s AND disease = %(disease)s AND status <> 'cancelled' AND last_exposure_on <= %(day)s
    )
"""


def latest_signs(person: int, disease: str, day: date) -> tuple[date | None, date | None]:
    """Return the days of the latest illness or positive specimen, and of the latest exposure, as known on a day.

    Args:
        person: id of the root, whose rows are those of all merged persons.
    """
    [(positive, exposed)] = execute_prepared(_LATEST_SIGNS, {"person": person, "disease": disease, "day": day})
    return positive, exposed


def diseases_with_venues() -> dict[str, Venues]:
    """Return the section `venues` of each disease that has one."""
    return {name: each.venues for name, each in diseases().items() if each.venues}


def venue_kinds() -> dict[str, Text]:
    """Return the names of all kinds of venue."""
    return {kind: name for venues in reversed(diseases_with_venues().values()) for kind, name in venues.kinds.items()}


def limits_of(kind: str, day: date) -> VenueLimits | None:
    """Return the strictest limits of a kind of venue on a day, over all diseases; None: no rule."""
    limits = [each for venues in diseases_with_venues().values() if (each := venues.limits(kind, day))]
    return min(limits, key=lambda each: each.capacity_percent, default=None)


def allowed_inside(kind: str, capacity: int, day: date) -> int:
    """Return the number of people that a venue may admit on a day."""
    limits = limits_of(kind, day)
    return capacity * (limits.capacity_percent if limits else 100) // 100


def entry_state(user_id: int) -> tuple[bool, bool]:
    """Return whether the holder of an account may enter venues now, and whether the account is proved to be theirs.

    Nobody without a known reason is refused; one statement, and one for each registered check.
    """
    today = formats.today()
    infectious = {name: each.infectious.after for name, each in diseases().items() if each.infectious}
    values = {
        "user": user_id,
        "typed": Assurance.TYPED.value,
        "diseases": list(infectious),
        "days": list(infectious.values()),
        "today": today,
    }
    for person, proved, is_ill in execute_prepared(_ENTRY_STATE, values):
        return not (is_ill or any(check(person, today) for check in entry_checks)), proved
    return True, False


def refused_kinds(user_id: int) -> frozenset[str]:
    """Return the kinds of venue that refuse the holder of an account today, where others admit them."""
    today = formats.today()
    return frozenset(kind for check in venue_checks for kind in check(user_id, today))


def entry_pass_of(user_id: int) -> tuple[str, bool]:
    """Issue an entry pass to the holder of an account; return it, and whether they may enter venues without a rule."""
    may_enter, proved = entry_state(user_id)
    refused = refused_kinds(user_id) if may_enter else frozenset()
    return issue_pass(may_enter=may_enter, proved=proved, refused_kinds=refused, kinds=[*venue_kinds()]), may_enter


def keep_from(venues: Venues, now: datetime) -> datetime:
    """Return the time since which packages of a disease are kept."""
    return now - timedelta(days=venues.keep_days)


def package_hours() -> dict[str, list[int]]:
    """Return the hours since 1970 of the packages on offer, by disease, oldest first."""
    hours: dict[str, list[int]] = {name: [] for name in diseases_with_venues()}
    rows = WarningPackage.objects.filter(disease__in=hours).order_by("published_at")
    for disease, at in rows.values_list("disease", "published_at"):
        hours[disease].append(hour_number(at))
    return hours


def newest_hour(disease: str) -> int:
    """Return the hour of the newest package; -1: there is none."""
    newest = WarningPackage.objects.filter(disease=disease).aggregate(at=Max("published_at"))["at"]
    return hour_number(newest) if newest else -1


def package_content(disease: str, first: int, last: int) -> bytes | None:
    """Return the packages of some hours in a row, one after the other; None: there are none."""
    between = (hour_moment(first), hour_moment(last))
    rows = WarningPackage.objects.filter(disease=disease, published_at__range=between).order_by("published_at")
    contents = [bytes(content) for content in rows.values_list("content", flat=True)]
    return b"".join(contents) if contents else None


def hour_number(moment: datetime) -> int:
    """Return the hour since 1970."""
    return int(moment.timestamp()) // 3600


def hour_moment(hour: int) -> datetime:
    """Return the beginning of an hour since 1970."""
    return datetime.fromtimestamp(hour * 3600, UTC)


def slip_exposures(code: str) -> dict[str, bool] | None:
    """Match the visit of a paper slip with all packages since.

    Returns:
        Whether it was warned, by disease; None: no visit was entered under this code.
    """
    slip = Slip.objects.filter(pk__in=candidate_slip_ids(code)).first()
    if slip is None:
        return None
    visit = open_visit(code, slip.sealed)
    return {disease: _is_warned(disease, venues, [visit]) for disease, venues in diseases_with_venues().items()}


def _is_warned(disease: str, venues: Venues, visits: Sequence[tuple[Stay, Mapping[int, bytes]]]) -> bool:
    since = hour_moment(visits[0][0].start // 60)
    matcher = StayMatcher(visits, venues.overlap_minutes)
    rows = WarningPackage.objects.filter(disease=disease, published_at__gte=since).values_list("content", flat=True)
    for content in rows.iterator(chunk_size=24):
        matcher.add(bytes(content))
    return bool(matcher.exposures())


def open_upload_code(code: str) -> UploadCode:
    """Return the unused code.

    Raises:
        ActionRefused: it is wrong, used or expired.
    """
    typed = references.parse_code(code)
    hashes = candidate_hashes(typed, CODE_PURPOSE) if typed else []
    stored = UploadCode.objects.filter(code_hash__in=hashes, expires_at__gt=current_time.now()).first()
    if stored is None:
        raise ActionRefused(_("This code is not valid. Compare it with your message or slip, or ask for a new one."))
    return stored
