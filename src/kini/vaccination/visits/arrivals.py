"""Persons at a site: of an appointment, of a visit that is open, or without an appointment."""

from datetime import date

from django.db.models import Q
from django.utils.translation import gettext as _

from kini.booking.models import EXPECTED_STATES, Booking
from kini.city.public import pack
from kini.core import references
from kini.core.actors import Actor
from kini.people import actions as people_actions
from kini.people import queries as people_queries
from kini.people.actions import NewIdentifier
from kini.people.models import Person, PersonIdentifier
from kini.people.public import NATIONAL_ID, details_of, has_profile, identifier_types, similarity
from kini.vaccination.registrations.actions import PREFIX
from kini.vaccination.registrations.models import Registration
from kini.vaccination.sites.models import Site
from kini.vaccination.visits import queries
from kini.vaccination.visits.entries import WalkIn
from kini.vaccination.visits.refusals import CANCELLED, IDENTITY, VisitRefused
from kini.web.formats import city_time, moment

SOURCE = "vaccination.visit"
#: Score from which a card and a record may be of one person, and from which they agree.
SIMILAR, SAME = 0.65, 0.93


def booking_at(site: Site, typed: str) -> Booking:
    """Return the appointment of a ticket at a site, also one that is over.

    Args:
        typed: reference of the appointment or its registration, however it is written; also the address in a QR code.

    Raises:
        VisitRefused: if there is none, or at another site.
    """
    typed = typed.rpartition("code=")[2].strip()
    if registered := references.parse(PREFIX, typed):
        rows = queries.appointments_of_persons().filter(vaccination_registration__reference=registered)
    else:
        reference = references.parse(pack.current().reference_prefix, typed) or typed.upper()
        rows = queries.appointments_of_persons().filter(reference=reference)
    booking = rows.first()
    if booking is None and Registration.objects.filter(reference=registered, state="waiting").exists():
        raise VisitRefused(CANCELLED, _("This registration has no appointment yet. Record it without an appointment."))
    if booking is None:
        raise VisitRefused(CANCELLED, _("There is no appointment of this number. Compare it letter by letter."))
    if booking.slot.vaccination_session.site_id != site.pk:
        place = booking.slot.vaccination_session.site.name
        raise VisitRefused(CANCELLED, _("This appointment is at another site: %(place)s.") % {"place": place})
    return booking


def require_expected(booking: Booking, day: date) -> None:
    """Raise VisitRefused for an appointment that was cancelled, used or missed, or is on another day."""
    if booking.state == "served":
        raise VisitRefused(CANCELLED, _("This appointment was used already. Look at the person's earlier doses."))
    if booking.state == "cancelled":
        raise VisitRefused(CANCELLED, _("This appointment was cancelled. Record the person without an appointment."))
    if booking.state not in EXPECTED_STATES:
        raise VisitRefused(CANCELLED, _("This appointment was missed. Record the person without an appointment."))
    if city_time(booking.slot.starts_at).date() != day:
        when = moment(booking.slot.starts_at)
        raise VisitRefused(
            CANCELLED,
            _("This appointment is on another day: %(when)s. Record it without an appointment.") % {"when": when},
        )


def appointment_of(person: Person, site: Site, campaign: str, day: date) -> Booking | None:
    """Return the appointment that somebody has at a site on a day, or None."""
    tree = people_queries.person_tree(person.pk)
    rows = queries.appointments(site, day).filter(slot__vaccination_session__campaign=campaign)
    return rows.filter(queries.of_persons(tree)).first()


def comparison(person: Person, walk_in: WalkIn) -> similarity.Similarity:
    """Compare what stands on a card with a person's record."""
    return similarity.compare(walk_in.details, details_of(people_queries.root_of(person)))


def person_of(by: Actor, walk_in: WalkIn) -> Person:
    """Return the person of a number whose record agrees with the card, else a new one.

    Somebody without a number gets a temporary identity; likely duplicates are merged later.

    Raises:
        VisitRefused: if the number is that of somebody of another name or birth date.
        ActionRefused: if it is not a valid number.
    """
    if not walk_in.national_id:
        person = people_actions.record_person(by=by, details=walk_in.details, source=SOURCE)
        people_actions.issue_temporary_identity(by=by, person=person, source=SOURCE)
        return person
    number = identifier_types.get(NATIONAL_ID).parse(walk_in.national_id)
    known = people_queries.person_by_identifier(NATIONAL_ID, number)
    if known is None:
        identifier = NewIdentifier(NATIONAL_ID, number)
        return people_actions.record_person(by=by, details=walk_in.details, source=SOURCE, identifiers=[identifier])
    if comparison(known, walk_in).score < SIMILAR:
        raise VisitRefused(
            IDENTITY,
            _(
                "This number belongs to somebody of another name or birth date. Compare it with the card, digit by "
                "digit. If it is right, leave the number out: the records are brought together later."
            ),
        )
    return known


def add_number(by: Actor, person: Person, walk_in: WalkIn) -> None:
    """Add the number of a card to the record that the vaccinator compared with it, if neither has another one."""
    if not walk_in.national_id or has_profile(people_queries.root_of(person)):
        return
    number = identifier_types.get(NATIONAL_ID).parse(walk_in.national_id)
    tree = people_queries.person_tree(person.pk)
    known = PersonIdentifier.objects.filter(type=NATIONAL_ID, ended_at=None)
    if not known.filter(Q(person__in=tree) | Q(value=number)).exists():
        people_actions.add_identifier(
            by=by, person=person, identifier=NewIdentifier(NATIONAL_ID, number), source=SOURCE
        )
