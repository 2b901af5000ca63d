"""Fixtures of bookings for demo and robot: example slots."""

from datetime import timedelta

from kini.booking import actions, home_visits, queries, rules, venue_actions
from kini.booking.kind import BY, request_of_draft
from kini.booking.models import Slot
from kini.cases.models import Case, Draft
from kini.core import current_time
from kini.core.actors import ActionRefused, Actor
from kini.services.models import Service
from kini.services.public import KindFixtures, ServiceSnapshot
from kini.web.formats import city_time

#: Slots to try before giving up.
TRIES = 12


class BookingFixtures(KindFixtures[Case, Draft]):
    """Create slots, hold one for a draft, and let one pass."""

    def prepare_application(self, snapshot: ServiceSnapshot, number: int) -> None:
        """Create an example slot."""
        service = Service.objects.select_related("current").get(pk=snapshot.service)
        actions.create_example_slot(by=BY, service=service, number=number)

    def prepare_move(self, case: Case, move: str) -> None:
        """End the slot in the past, so that its booking can be missed."""
        if move == venue_actions.MISS_MOVE and (booking := queries.of_case(case)):
            actions.end_example_slot(by=BY, slot=booking.slot)

    def complete_extra_page(self, by: Actor, draft: Draft, number: int) -> None:
        """Hold the first slot that is free for the party.

        Raises:
            LookupError: none is free; the message has the reasons.
        """
        wanted, now = request_of_draft(draft), current_time.now()
        service = draft.version.service
        first = rules.earliest_start(queries.options_of(service), city_time(now))
        slots = Slot.objects.filter(
            service=service, opens_at__lte=now, starts_at__range=(first, now + timedelta(days=400))
        )
        if units := home_visits.visiting_units(draft):
            slots = slots.filter(unit__in=units)
            actions.create_example_slot(by=BY, service=service, number=number, units=units)
        refusals: list[str] = []
        for slot in slots.select_related("service")[:TRIES]:
            try:
                actions.hold_slot(by=by, draft=draft, slot=slot, group=wanted.group, party=wanted.party)
            except ActionRefused as reason:
                refusals.append(str(reason))
                continue
            return
        raise LookupError(f"no example slot of {service.pk} is free: {refusals or 'there is none'}")
