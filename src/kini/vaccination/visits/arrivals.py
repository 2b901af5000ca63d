"""Persons at a site: of an appointment, of a visit that is open, or without an appointment."""

from django.utils.translation import gettext as _

from kini.booking import queries as booking_queries
from kini.booking.models import EXPECTED_STATES, Booking
from kini.core.actors import Actor
from kini.people import actions as people_actions
from kini.people import queries as people_queries
from kini.people.actions import NewIdentifier
from kini.people.models import Person
from kini.people.public import NATIONAL_ID, details_of, identifier_types, similarity
from kini.vaccination.sites.models import Site
from kini.vaccination.visits.entries import WalkIn
from kini.vaccination.visits.refusals import CANCELLED, IDENTITY, VisitRefused

SOURCE = "vaccination.visit"
#: Score from which a card and a record may be of one person, and from which they agree.
SIMILAR, SAME = 0.65, 0.93


def booking_at(site: Site, reference: str) -> Booking:
    """Return the appointment of a reference at a site, also one that is over.

    Raises:
        VisitRefused: if there is none.
    """
    rows = booking_queries.bookings().select_related("resident__person", "case", "slot__vaccination_session")
    booking = rows.filter(reference=reference, slot__vaccination_session__site=site).first()
    if booking is None or booking.resident is None:
        raise VisitRefused(CANCELLED, _("There is no appointment of this number at this site. Record a walk-in."))
    return booking


def require_expected(booking: Booking) -> None:
    """Raise VisitRefused for an appointment that was cancelled, used or missed."""
    if booking.state not in EXPECTED_STATES:
        raise VisitRefused(CANCELLED, _("This appointment is over: it was used, missed or cancelled."))


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
