"""Reads of a site's day: sites of a vaccinator, appointments, people who are there, lots that may be given."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from kini.booking import queries as booking_queries
from kini.booking.models import EXPECTED_STATES, Booking
from kini.core.actors import Actor
from kini.people import actions as people_actions
from kini.people.models import Person
from kini.people.public import permission_filters, person_reads
from kini.records.public import facilities_of
from kini.vaccination.doses.record_access import ACCESS_TYPE, VACCINATE
from kini.vaccination.permissions import VaccinationPermission
from kini.vaccination.sites.models import Lot, Site
from kini.vaccination.sites.stock import problem_of_lot, vials_at
from kini.vaccination.visits.models import AdverseEvent, PhoneConflict, Visit
from kini.vaccination.visits.rules import SERIOUS


@dataclass(frozen=True, slots=True)
class UsableLot:
    """A lot that may be given at a site today.

    Attributes:
        opened: a vial of it is open, and is used before another one is opened.
    """

    lot: Lot
    opened: bool


def sites_of(by: Actor) -> QuerySet[Site]:
    """Return the active sites of the facilities where an officer is a member, by name."""
    return Site.objects.filter(active=True, facility__in=facilities_of(by)).select_related("area", "agency")


def appointments(site: Site, day: date) -> QuerySet[Booking]:
    """Return the appointments of a day at a site that are not over, by time."""
    start, end = booking_queries.day_range(day, day)
    rows = booking_queries.bookings().filter(
        slot__vaccination_session__site=site, slot__starts_at__gte=start, slot__starts_at__lt=end
    )
    expected = rows.filter(state__in=EXPECTED_STATES, resident__isnull=False, visit=None)
    related = expected.select_related("resident__person__resident", "slot__vaccination_session")
    return related.order_by("slot__starts_at", "pk")


def present(site: Site) -> QuerySet[Visit]:
    """Return the visits of people who are at a site: those who wait first, then those under observation."""
    rows = Visit.objects.filter(site=site, ended_at=None).select_related("person__resident", "dose")
    return rows.order_by("observe_until", "came_at", "pk")


def waiting(site: Site) -> QuerySet[Visit]:
    """Return the visits of people who wait for their dose, the longest first."""
    return present(site).filter(outcome="").order_by("came_at", "pk")


def observed(site: Site) -> QuerySet[Visit]:
    """Return the visits of people under observation, those who may go first before the others."""
    return present(site).filter(outcome="given").order_by("observe_until", "pk")


def open_conflicts(site: Site) -> QuerySet[PhoneConflict]:
    """Return the entries of phones at a site that wait for a decision, the oldest first."""
    return PhoneConflict.objects.filter(site=site, decision="").order_by("sent_at", "pk")


def usable_lots(site: Site, day: date, vaccines: Iterable[str] = ()) -> list[UsableLot]:
    """Return the lots at a site that may be given on a day; those with an open vial first, then by expiry.

    Args:
        vaccines: only these; empty: all.
    """
    wanted = set(vaccines)
    lots = [
        UsableLot(lot, opened)
        for lot, opened in vials_at(site)
        if (not wanted or lot.vaccine in wanted) and not problem_of_lot(lot, day)
    ]
    return sorted(lots, key=lambda each: (not each.opened, each.lot.expires_on, each.lot.pk))


def serious_events(by: Actor) -> QuerySet[AdverseEvent]:
    """Return the serious events that an officer reviews, those without a review first, the newest first."""
    columns = permission_filters.ScopeColumns("dose__agency_id", "dose__site_area_path", "")
    seen: Q = permission_filters.visible_cases_q(by, VaccinationPermission.REVIEW_EVENTS, columns)
    rows = AdverseEvent.objects.filter(seen, severity__in=SERIOUS).select_related("dose__site", "dose__lot")
    return rows.order_by("reviewed_at", "-recorded_at", "-pk")


def log_persons(by: Actor, persons: Iterable[Person]) -> None:
    """Log that a vaccinator sees these persons, before they are shown."""
    people_actions.log_reads(by=by, what=ACCESS_TYPE, reads=person_reads(persons), purpose=VACCINATE)
