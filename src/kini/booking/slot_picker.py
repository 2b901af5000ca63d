"""The slot picker: place, day and time for a draft, or for moving a booking."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest
from django.urls import reverse

from kini.booking import actions, home_visits, queries
from kini.booking.kind import BookingRequest, booking_request, request_of_draft
from kini.booking.models import Booking, Slot
from kini.booking.queries import Venue
from kini.booking.schedule import BookingOptions
from kini.cases.models import Case, Draft
from kini.cases.public import ApplicationWizard, case_answers, guest_key, own_case_for_visitor, wizard_for
from kini.city.models import Area
from kini.core.actors import Actor
from kini.core.ids import parse_pk
from kini.core.localized_text import Text
from kini.people.queries import actor_for
from kini.services.models import Service
from kini.services.public import kinds, snapshot_of


@dataclass(frozen=True)
class SlotPicker:
    """The person who picks a slot, the service, and the party. `current_booking`: the slot that they have or hold."""

    actor: Actor
    service: Service
    booking_request: BookingRequest
    current_booking: Booking | None
    walk: ApplicationWizard | None = None
    case: Case | None = None
    guest_key: str = ""

    @cached_property
    def options(self) -> BookingOptions:
        return queries.options_of(self.service)

    @property
    def title(self) -> Text:
        """Title of the service on pages; a neutral one where its name could harm."""
        version = self.case.version if self.case else self.walk.draft.version if self.walk else None
        assert version
        return kinds.get(queries.KIND).title(snapshot_of(version).definition)

    @property
    def home(self) -> Area | None:
        """Area of the person's home."""
        resident = self.case.resident if self.case else self.walk.draft.resident if self.walk else None
        return resident.area if resident else None

    @cached_property
    def venues(self) -> list[Venue]:
        return home_visits.venues_for_answers(
            self.service, self.options, self._answers if self.options.comes_to else {}
        )

    @property
    def _answers(self) -> Mapping[str, Any]:
        """Effective answers, those from the profile included."""
        if self.case:
            return case_answers.of_case(self.case)
        return home_visits.effective_answers(self.walk.draft) if self.walk else {}

    def venue(self, key: str) -> Venue:
        """A venue of the service.

        Raises:
            Http404: for an unknown key.
        """
        if venue := queries.venue(self.service, key):
            return venue
        raise Http404

    def slot(self, pk: str) -> Slot | None:
        """The slot of that key, if it belongs to the service."""
        return queries.slot(self.service, parse_pk(pk))

    def search(self, first: date, last: date) -> queries.SlotSearch:
        """The search for slots on these days."""
        return queries.SlotSearch(
            first, last, self.booking_request.group, self.booking_request.party, self.booking_request.resource
        )

    def reserve(self, slot: Slot) -> None:
        """Hold the slot for the draft, or move the booking to it.

        Raises:
            SlotFull, ActionRefused: with a message for the page.
        """
        if self.case:
            actions.reschedule(by=self.actor, case=self.case, slot=slot, guest_key=self.guest_key)
        elif self.walk:
            wanted = self.booking_request
            actions.hold_slot(by=self.actor, draft=self.walk.draft, slot=slot, group=wanted.group, party=wanted.party)

    # Addresses

    def url(self, name: str, **more: Any) -> str:
        """URL of a step of the picker: "places", "days", "times"."""
        if self.case:
            return reverse(f"booking:re-{name}", kwargs={"reference": self.case.reference} | more)
        return reverse(f"booking:{name}", kwargs={"draft": self.draft.pk} | more)

    @property
    def places_url(self) -> str:
        return self.url("places")

    @property
    def draft(self) -> Draft:
        assert self.walk
        return self.walk.draft

    @property
    def next_url(self) -> str:
        """URL of the page after a slot was picked."""
        return (
            reverse("booking:ticket", args=[self.case.reference]) if self.case else self.walk.end if self.walk else ""
        )

    @property
    def back_url(self) -> str:
        """URL of the page before the picker."""
        if self.case or not self.walk:
            return self.next_url
        pages = self.walk.pages
        return self.walk.question(pages[-1].key) if pages else reverse("services:service", args=[self.service.pk])


def slot_picker_for(request: HttpRequest, draft: UUID | None = None, reference: str = "") -> SlotPicker:
    """The slot picker of a request, for a draft or for the case of a booking.

    Raises:
        Draft.DoesNotExist, Case.DoesNotExist: if it belongs to somebody else.
        AlreadySubmitted, DraftExpired, ActionRefused: if the draft cannot be continued.
        Http404: if it is not a booking.
    """
    if draft is None:
        return _of_case(request, reference)
    walk = wizard_for(request, draft=draft)
    service = walk.draft.version.service
    if service.kind != queries.KIND:
        raise Http404
    return SlotPicker(walk.actor, service, request_of_draft(walk.draft), queries.of_draft(walk.draft), walk=walk)


def _of_case(request: HttpRequest, reference: str) -> SlotPicker:
    case = own_case_for_visitor(request, reference)
    booking = queries.of_case(case)
    if booking is None:
        raise Http404
    service = booking.slot.service
    wanted = booking_request(queries.options_of_version(case.version_id), case_answers.of_case(case), case.resident)
    key = guest_key(request, case.reference)
    return SlotPicker(actor_for(request), service, wanted, booking, case=case, guest_key=key)
