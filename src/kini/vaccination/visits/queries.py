"""Reads of a site's day: sites of a vaccinator, appointments, people who are there, lots that may be given."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from kini.booking import queries as booking_queries
from kini.booking.models import EXPECTED_STATES, Booking
from kini.core.actors import Actor
from kini.people import actions as people_actions
from kini.people import queries as people_queries
from kini.people.models import Person
from kini.people.public import PersonDetails, details_of, permission_filters, person_reads
from kini.records.public import facilities_of
from kini.vaccination.doses.models import Dose
from kini.vaccination.doses.record_access import ACCESS_TYPE, VACCINATE
from kini.vaccination.permissions import VaccinationPermission
from kini.vaccination.registrations.models import Registration
from kini.vaccination.registrations.queries import details_of_registration
from kini.vaccination.sites.models import Lot, Site
from kini.vaccination.sites.stock import problem_of_lot, vials_at
from kini.vaccination.visits.models import AdverseEvent, PhoneConflict, Visit
from kini.vaccination.visits.rules import SERIOUS
from kini.web.formats import city_time, today


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
    rows = appointments_of_persons().filter(
        slot__vaccination_session__site=site, slot__starts_at__gte=start, slot__starts_at__lt=end
    )
    return rows.filter(state__in=EXPECTED_STATES, visit=None).order_by("slot__starts_at", "pk")


def next_day_of(site: Site, day: date) -> tuple[date, int] | None:
    """Return the next day after this one with appointments at a site, and their number; None: there are none."""
    _start, end = booking_queries.day_range(day, day)
    later = appointments_of_persons().filter(slot__vaccination_session__site=site, state__in=EXPECTED_STATES)
    first = later.filter(slot__starts_at__gte=end).order_by("slot__starts_at").first()
    if first is None:
        return None
    following = city_time(first.slot.starts_at).date()
    return following, appointments(site, following).count()


def appointments_of_persons() -> QuerySet[Booking]:
    """Return the appointments of which it is known who comes: a registered person, or the owner of a profile."""
    rows = booking_queries.bookings().exclude(slot__vaccination_session=None)
    rows = rows.exclude(resident=None, vaccination_registration=None)
    return rows.select_related(
        "resident__person__resident", "vaccination_registration__person__resident", "slot__vaccination_session__site"
    )


def of_persons(persons: Collection[int]) -> Q:
    """Condition for bookings of these persons."""
    return Q(vaccination_registration__person__in=persons) | Q(
        vaccination_registration=None, resident__person__in=persons
    )


def registration_of(booking: Booking | None) -> Registration | None:
    """Return the registration of an appointment; without one it was booked as the service is."""
    return getattr(booking, "vaccination_registration", None)


def person_of(booking: Booking) -> Person:
    """Return who comes, of `appointments_of_persons`: somebody else than who booked, perhaps without a profile."""
    registration = registration_of(booking)
    return registration.person if registration else booking.resident.person  # type: ignore[union-attr]


def details_at(person: Person, booking: Booking | None) -> PersonDetails:
    """Return what is compared with the card: the record, with the birth date of the registration where it has none."""
    registration = registration_of(booking)
    return details_of_registration(registration) if registration else details_of(person)


def present(site: Site) -> QuerySet[Visit]:
    """Return the visits of people who came to a site today and did not go: first who wait, then who is observed."""
    start, _end = booking_queries.day_range(today(), today())
    rows = Visit.objects.filter(site=site, ended_at=None, came_at__gte=start, part_of=None).select_related(
        "person__resident", "dose", "booking__vaccination_registration__person__resident"
    )
    return rows.order_by("observe_until", "came_at", "pk")


def waiting(site: Site) -> QuerySet[Visit]:
    """Return the visits of people who wait for their dose, the longest first."""
    return present(site).filter(outcome="").order_by("came_at", "pk")


def whose(person: Person) -> Q:
    """Condition for visits of a person and of all merged records."""
    return Q(person__in=people_queries.person_tree(person.pk))


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


def given_with(doses: Iterable[Dose]) -> dict[int, list[Dose]]:
    """Return the further doses that each person got on the same day at the same site, by the id of the dose. One query.

    What follows a visit may come from any of them.
    """
    doses, visited = list(doses), Q(pk__in=[])
    for each in doses:
        visited |= Q(person=each.person_id, given_on=each.given_on, site=each.site_id)
    of_visit = defaultdict[tuple[int, date, str | None], list[Dose]](list)
    for each in Dose.objects.filter(visited, state="given", site__isnull=False).select_related("lot").order_by("pk"):
        of_visit[each.person_id, each.given_on, each.site_id].append(each)
    return {
        each.pk: [other for other in of_visit[each.person_id, each.given_on, each.site_id] if other != each]
        for each in doses
    }


def log_persons(by: Actor, persons: Iterable[Person]) -> None:
    """Log that a vaccinator sees these persons, before they are shown."""
    people_actions.log_reads(by=by, what=ACCESS_TYPE, reads=person_reads(persons), purpose=VACCINATE)
