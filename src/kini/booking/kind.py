"""The kind `booking`: after the questions the applicant picks a place, day and time, held until they send."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kini.booking import actions, home_visits, queries, venue_actions
from kini.booking.models import EXPECTED_STATES, EXPIRING_STATES, WALK_IN
from kini.booking.schedule import BookingOptions
from kini.booking.ticket import check_in_address
from kini.cases.models import Case, Draft
from kini.cases.public import case_answers
from kini.core import current_time
from kini.core.actors import system
from kini.core.config_messages import Fault, use_one_of
from kini.people.models import Resident
from kini.services.public import Definition, FieldBase, Flow, Kind, Page, ReceiptDetails, ServiceSnapshot, TemplatePart
from kini.web import formats

BY = system("booking")


@dataclass(frozen=True, slots=True)
class BookingRequest:
    """Party of a booking, read from the answers of a draft or case. `resource` None: any."""

    group: str
    party: int
    resource: str | None


def booking_request(options: BookingOptions, answers: dict[str, Any], resident: Resident | None) -> BookingRequest:
    """Read group, party size and resource from answers and profile."""
    party = answers.get(options.party) if options.party else 1
    group_answer = str(answers.get(options.group) or "") if options.group else ""
    group = options.group_of(group_answer, resident.birth_date if resident else None, formats.today())
    return BookingRequest(group, int(party or 1), answers.get(options.resource) if options.resource else None)


def request_of_draft(draft: Draft) -> BookingRequest:
    """Read group, party size and resource from a draft."""
    return booking_request(queries.options_of_version(draft.version_id), case_answers.of_draft(draft), draft.resident)


def _options(fields: dict[str, FieldBase], name: str | None) -> set[str]:
    return set(getattr(fields.get(name or ""), "options", None) or {})


def _quota_group_and_party(draft: Draft) -> tuple[str, int]:
    """Quota group and party size of a draft."""
    wanted = request_of_draft(draft)
    return queries.options_of_version(draft.version_id).groups_for(wanted.group)[0], wanted.party


class BookingKind(Kind[BookingOptions, Case, Draft]):
    """A place at a time."""

    id = queries.KIND
    label = gettext_lazy("Booking")
    verb = gettext_lazy("Choose a time")
    Options = BookingOptions

    def check(self, definition: Definition) -> Iterable[Fault]:
        """Also check that the named questions exist and have the right type."""
        faults = list(super().check(definition))
        yield from faults
        if not faults:
            yield from self._questions(definition, self.options(definition))

    def _questions(self, definition: Definition, options: BookingOptions) -> Iterable[Fault]:
        fields: dict[str, FieldBase] = {}
        for page in definition.ask:
            fields |= page.fields if isinstance(page, Page) and not page.repeat else {}
        for key, name, sort in (
            ("group", options.group, "choice"),
            ("party", options.party, "integer"),
            ("resource", options.resource, "choice"),
        ):
            if name and (name not in fields or fields[name].type != sort):
                yield self._no_question(key, name, sort, fields)
        for name in options.comes_to:
            if name not in fields or fields[name].type != "address":
                yield self._no_question("comes_to", name, "address", fields)
        for group in options.groups if options.group in fields else ():
            if group != WALK_IN and group not in _options(fields, options.group):
                message = _('no option of "%(group)s" says that one is of this group') % {"group": options.group}
                yield Fault((self.id, "groups", group), message, _("Name the group like an option of that question."))
        for name in _options(fields, options.resource) - options.resources.keys():
            message = _('"%(resource)s" has an option "%(name)s", which is no resource') % {
                "resource": options.resource,
                "name": name,
            }
            yield Fault((self.id, "resources"), message, _("Name the resources like the options of that question."))

    def _no_question(self, key: str, name: str, sort: str, fields: dict[str, FieldBase]) -> Fault:
        names = [each for each, field in fields.items() if field.type == sort]
        remedy = use_one_of(names, name) if names else _("Add a question of the type %(sort)s.") % {"sort": sort}
        return Fault(
            (self.id, key),
            _('"%(name)s" must be a question of this service of the type %(sort)s') % {"name": name, "sort": sort},
            remedy,
        )

    def check_flow(self, definition: Definition, flow: Flow) -> Iterable[Fault]:
        """Officers record who came and who did not, and call a booking off."""
        moves = {name for state in flow.states.values() for name in state.moves}
        needed = (venue_actions.SERVE_MOVE, venue_actions.MISS_MOVE, venue_actions.CALL_OFF_MOVE)
        if missing := [name for name in needed if name not in moves]:
            message = _('the flow "%(flow)s" does not have the moves of a booking: %(names)s') % {
                "flow": definition.flow,
                "names": ", ".join(missing),
            }
            yield Fault(("flow",), message, _("Add these moves, or use another flow, such as visit."))

    def extra_page_url(self, draft: Draft) -> str:
        """URL of the slot picker, unless a fitting slot is held."""
        booking = queries.of_draft(draft)
        if (
            booking
            and booking.state in EXPIRING_STATES
            and (booking.group, booking.party) == _quota_group_and_party(draft)
        ):
            return ""
        return reverse("booking:places", args=[draft.pk])

    def preview(self, snapshot: ServiceSnapshot, given: dict[str, Any], draft: Draft) -> TemplatePart | None:
        """The held slot and its deadline."""
        booking = queries.of_draft(draft)
        if booking is None:
            return None
        options = queries.options_of(booking.slot.service)
        context = {"booking": booking, "venue": queries.venue_of(booking.slot), "draft": draft, "options": options}
        context["visited"] = home_visits.visit_address_text(options, snapshot, given)
        return "booking/preview.html", context | {"missed": options.missed_on(formats.today())}

    def after_open(self, case: Case) -> Case:
        """Confirm the held slot in the transaction that opens the case."""
        actions.confirm_booking(by=BY, case=case)
        case.refresh_from_db()  # it may have been sent to the unit of the place
        return case

    def after_move(self, case: Case, move: str, given: dict[str, Any]) -> None:
        """Record the outcome of the booking when its case moves."""
        booking = queries.of_case(case)
        if booking is None:
            return
        match move:
            case venue_actions.SERVE_MOVE | venue_actions.MISS_MOVE:
                venue_actions.record_outcome(by=BY, booking=booking, used=move == venue_actions.SERVE_MOVE)
            case queries.LAPSE_MOVE:
                venue_actions.record_lapse(by=BY, booking=booking)
            case _ if case.closed_at:
                actions.cancel_booking(by=BY, booking=booking)

    def panel(self, case: Case) -> TemplatePart | None:
        """Time, place and ticket."""
        booking = queries.of_case(case)
        if booking is None:
            return None
        options = queries.options_of(booking.slot.service)
        context = {"case": case, "booking": booking, "venue": queries.venue_of(booking.slot), "options": options}
        context["visited"] = home_visits.visit_address_of_case(case, options)
        context["passed"] = booking.state in EXPECTED_STATES and booking.slot.ends_at <= current_time.now()
        return "booking/panel.html", context | {"resource": options.resources.get(booking.slot.resource)}

    def message_facts(self, case: Case) -> Sequence[tuple[str, str]]:
        """Time and place while the person is expected."""
        booking = queries.of_case(case)
        details = self.receipt_details(case)
        if booking is None or details is None or booking.state not in EXPECTED_STATES:
            return []
        return details.lines

    def receipt_details(self, case: Case) -> ReceiptDetails | None:
        """Time, place and check-in code."""
        booking = queries.of_case(case)
        if booking is None:
            return None
        slot, at = booking.slot, queries.venue_of(booking.slot)
        options = queries.options_of(slot.service)
        resource, there = options.resources.get(slot.resource), home_visits.visit_address_of_case(case, options)
        hours = formats.clock_range(slot.starts_at, slot.ends_at)
        lines = [
            (_("When"), f"{formats.day_long(slot.starts_at)}, {hours}"),
            (_("Place"), there or ", ".join(part for part in (at.name, at.address or str(at.area)) if part)),
            *([(_("Choice"), str(resource.name))] if resource else []),
            *([(_("People"), str(booking.party))] if booking.party > 1 else []),
        ]
        if booking.state not in EXPECTED_STATES:
            return ReceiptDetails(lines)
        says = (
            _("Show this code to the officer who visits you, or read it out.")
            if there
            else _("Show this code when you arrive, or read it out.")
        )
        return ReceiptDetails(lines, check_in_address(booking), says)
