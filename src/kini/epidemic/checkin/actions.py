"""Writes: venues, upload codes, warnings that persons hand over, packages, slips.

Audit entries of what somebody hands over name neither the person nor the venue.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from kini.city.models import Area
from kini.core import audit, current_time, references
from kini.core.actions import action
from kini.core.actors import ActionRefused, Actor, ActorKind, NotAllowed
from kini.core.crypto import keyed_hash, matches_hash
from kini.core.grants import Scope
from kini.core.invisible_characters import has_invisible
from kini.epidemic.case_records.models import LabTest
from kini.epidemic.checkin import slips, warning_packages
from kini.epidemic.checkin.models import PendingRecord, Slip, UploadCode, Venue, WarningPackage
from kini.epidemic.checkin.queries import (
    CODE_PURPOSE,
    diseases_with_venues,
    hour_moment,
    hour_number,
    keep_from,
    newest_hour,
    open_upload_code,
    venue_kinds,
)
from kini.epidemic.checkin.venue_code import LONGEST_NAME
from kini.epidemic.checkin.venue_counts import GATE_PURPOSE, MOST
from kini.epidemic.checkin.warning_records import HOUR, MOST_HOURS, RECORD_BYTES, Stay, minute_of
from kini.epidemic.diseases.disease_files import disease_of
from kini.epidemic.permissions import EpidemicPermission
from kini.people.models import User
from kini.people.rules import require
from kini.web import formats

#: Open venues of one owner.
MOST_VENUES = 50
#: Visits that one person hands over.
MOST_VISITS = 24
ATTEMPT_PURPOSE = "epidemic.upload-attempt"
CODE_LIFETIME = timedelta(days=10)
PREFIX = "VN"


@dataclass(frozen=True, slots=True)
class VenueDetails:
    """Details of a venue as its owner states them."""

    name: str
    kind: str
    area: Area
    capacity: int
    stay_minutes: int


@action
def register_venue(*, by: Actor, owner: User, details: VenueDetails) -> tuple[Venue, str]:
    """Register a venue of the actor.

    Returns:
        The venue and the code of its gates, which is stored nowhere.

    Raises:
        ActionRefused: a detail is missing or out of bounds, or the owner has too many venues.
    """
    _require_owner(by, owner.pk)
    _check(details)
    if Venue.objects.filter(owner=owner, closed_at=None).count() >= MOST_VENUES:
        raise ActionRefused(_("You have %(most)d venues. Close one that you no longer need.") % {"most": MOST_VENUES})
    code = references.generate_code()
    venue = Venue.objects.create(
        reference=references.generate(PREFIX),
        owner=owner,
        name=details.name,
        kind=details.kind,
        area=details.area,
        capacity=details.capacity,
        stay_minutes=details.stay_minutes,
        gate_hash=keyed_hash(code, GATE_PURPOSE),
    )
    audit.record(by=by, action="epidemic.venue-registered", subject=f"venue:{venue.reference}")
    return venue, code


def _check(details: VenueDetails) -> None:
    if not 1 <= len(details.name) <= LONGEST_NAME:
        raise ActionRefused(_("Enter the name of the venue, with %(most)d letters at most.") % {"most": LONGEST_NAME})
    if has_invisible(details.name):
        raise ActionRefused(_("This text contains invisible characters. Delete it and type it again."))
    if details.kind not in venue_kinds():
        raise ActionRefused(_("Choose what kind of venue it is."))
    if not 1 <= details.capacity <= MOST:
        raise ActionRefused(_("Enter for how many visitors there is room, in digits."))
    if not 5 <= details.stay_minutes <= 720:
        raise ActionRefused(_("Enter how long visitors usually stay, from 5 to 720 minutes."))


@action
def replace_gate_code(*, by: Actor, venue: Venue) -> str:
    """Replace the code of a venue's gates, and return the new one; devices with the old one no longer count."""
    _require_owner(by, venue.owner_id)
    code = references.generate_code()
    Venue.objects.filter(pk=venue.pk, closed_at=None).update(gate_hash=keyed_hash(code, GATE_PURPOSE))
    audit.record(by=by, action="epidemic.gate-code-replaced", subject=f"venue:{venue.reference}")
    return code


@action
def close_venue(*, by: Actor, venue: Venue) -> None:
    """Close a venue: its gates no longer count."""
    _require_owner(by, venue.owner_id)
    if Venue.objects.filter(pk=venue.pk, closed_at=None).update(closed_at=current_time.now()):
        audit.record(by=by, action="epidemic.venue-closed", subject=f"venue:{venue.reference}")


def _require_owner(by: Actor, owner_id: int) -> None:
    if by.kind is not ActorKind.SYSTEM and by.user_id != owner_id:
        raise NotAllowed(_("Only the person responsible for this venue can do this."))


@action
def issue_upload_code(*, by: Actor, test: LabTest) -> str:
    """Issue the code with which the person of a positive result can warn others; a code issued earlier ends.

    Returns:
        The code, which is stored nowhere.

    Raises:
        NotAllowed: the officer may not record cases of this area.
        ActionRefused: the result is not positive, visitors are not warned of the disease, or a code was used.
    """
    disease = disease_of(test.disease)
    if by.kind is not ActorKind.SYSTEM:
        scope = Scope(test.case.agency_id if test.case else "", test.area.path)
        require(by, EpidemicPermission.RECORD_CASES, scope)
    if disease.venues is None or disease.infectious is None:
        raise ActionRefused(_("Visitors of venues are not warned of this disease."))
    if test.result != disease.tests[test.test].results[0]:
        raise ActionRefused(_("Only a person with a positive result can warn others."))
    centre = (test.case and test.case.onset_on) or test.specimen_on
    code = references.generate_code()
    values = {
        "code_hash": keyed_hash(code, CODE_PURPOSE),
        "disease": test.disease,
        "centre": centre,
        "first_day": centre - timedelta(days=disease.infectious.before),
        "last_day": centre + timedelta(days=disease.infectious.after),
        "expires_at": current_time.now() + CODE_LIFETIME,
    }
    stored, _created = UploadCode.objects.select_for_update().get_or_create(test=test, defaults=values)
    if stored.attempt is not None:
        raise ActionRefused(_("The person has already handed over visits for this result."))
    UploadCode.objects.filter(pk=stored.pk).update(**values)
    audit.record(by=by, action="epidemic.upload-code-issued", subject=f"lab-test:{test.pk}")
    return code


@action
def hand_over_visits(*, by: Actor, code: str, attempt: str, visits: Sequence[Sequence[bytes]]) -> None:
    """Use an upload code: the visits (records of hours, each) go to packages of the next hours, apart from each other.

    Nothing is stored of the visits with the code, and nothing of the code with the visits.

    Args:
        attempt: random number of the phone, by which a second try of the same phone is a success.

    Raises:
        ActionRefused: the code is wrong, used or expired, or the visits are too many or not readable.
    """
    if not 1 <= len(visits) <= MOST_VISITS:
        raise ActionRefused(_("Choose 1 to %(most)d visits.") % {"most": MOST_VISITS})
    if any(not 1 <= len(hours) <= MOST_HOURS or any(len(each) != RECORD_BYTES for each in hours) for hours in visits):
        raise ActionRefused(_("These visits cannot be read. Load the page again."))
    stored = UploadCode.objects.select_for_update().get(pk=open_upload_code(code).pk)
    if stored.attempt is not None:
        if matches_hash(stored.attempt, attempt, ATTEMPT_PURPOSE):
            return
        raise ActionRefused(_("This code was used already. Each result has one code, for one use."))
    UploadCode.objects.filter(pk=stored.pk).update(attempt=keyed_hash(attempt, ATTEMPT_PURPOSE))
    PendingRecord.objects.bulk_create(
        PendingRecord(id=uuid.uuid4(), disease=stored.disease, package_at=package_at, record=record)
        for package_at, hours in warning_packages.spread_visits(visits, current_time.now())
        for record in hours
    )
    audit.record(by=by, action="epidemic.visits-handed-over", subject="warning-records")


@action
def rewrite_pending(*, by: Actor) -> None:
    """Rewrite the pending records in random order: rows of one transaction could be told by its number."""
    rows = [(row.disease, row.package_at, bytes(row.record)) for row in PendingRecord.objects.select_for_update()]
    PendingRecord.objects.all().delete()
    warning_packages.shuffle(rows)
    PendingRecord.objects.bulk_create(
        PendingRecord(id=uuid.uuid4(), disease=disease, package_at=at, record=record) for disease, at, record in rows
    )
    audit.record(by=by, action="epidemic.records-rewritten", subject="warning-records")


@action
def publish_packages(*, by: Actor) -> int:
    """Publish the packages of all hours that have begun since the last ones, and delete those past their term.

    Returns:
        The number of new ones.
    """
    now = current_time.now()
    count = 0
    for disease, venues in diseases_with_venues().items():
        earliest = keep_from(venues, now)
        hours = _missing_hours(disease, earliest, now)
        count += sum(_publish(disease, hour_moment(hour)) for hour in hours)
        WarningPackage.objects.filter(disease=disease, published_at__lt=earliest).delete()
    if count:
        audit.record(by=by, action="epidemic.packages-published", subject="warning-packages", detail={"count": count})
    return count


def _missing_hours(disease: str, earliest: datetime, now: datetime) -> range:
    newest, last = newest_hour(disease), hour_number(now)
    return range(max(newest + 1, hour_number(earliest)) if newest >= 0 else last, last + 1)


def _publish(disease: str, hour: datetime) -> int:
    rows = PendingRecord.objects.filter(disease=disease, package_at__lte=hour)
    content = warning_packages.mix(bytes(record) for record in rows.values_list("record", flat=True))
    WarningPackage.objects.create(disease=disease, published_at=hour, content=content)
    rows.delete()
    return 1


@action
def enter_slip(*, by: Actor, code: str, stay: Stay, keys: Mapping[int, bytes]) -> None:
    """Store the visit of a guest with a paper slip, sealed under the slip's code.

    Raises:
        ActionRefused: the code is wrong or was used, or the visit is not one of the last day.
    """
    typed, now = references.parse_code(code), minute_of(current_time.now())
    if typed is None:
        raise ActionRefused(_("This is not the code of a slip. Compare it letter by letter."))
    if not (now - 24 * HOUR < stay.start <= now + 5 and 0 < stay.end - stay.start <= 12 * HOUR):
        raise ActionRefused(_("Enter a visit of the last 24 hours, of 12 hours at most."))
    if set(keys) != set(stay.hours) or any(len(key) != RECORD_BYTES for key in keys.values()):
        raise ActionRefused(_("This visit cannot be read. Load the page again."))
    if Slip.objects.filter(pk__in=slips.candidate_slip_ids(typed)).exists():
        raise ActionRefused(_("This slip was used already. Take another one: each visit has its own."))
    Slip.objects.create(id=slips.slip_id(typed), day=formats.today(), sealed=slips.seal_visit(typed, stay, keys))
    audit.record(by=by, action="epidemic.slip-entered", subject="slips")
