"""Home visits: the address is one of the answers, and decides which unit comes."""

from collections.abc import Mapping
from typing import Any

from kini.booking.queries import Venue, options_of_version, venues
from kini.booking.schedule import BookingOptions
from kini.cases.models import Case, Draft
from kini.cases.public import case_answers
from kini.city import queries as city
from kini.people.public import profile_values
from kini.services.models import Service
from kini.services.public import ServiceSnapshot, questions, snapshot_of


def visit_address(options: BookingOptions, answers: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]] | None:
    """Name and value ({"text", "area"}) of the answered address question; None: people come to the venue.

    Args:
        given: effective answers, those from the profile included.
    """
    return next(((name, answers[name]) for name in options.comes_to if answers.get(name)), None)


def visit_address_text(options: BookingOptions, snapshot: ServiceSnapshot, values: Mapping[str, Any]) -> str:
    """Address as text; empty if people come to the venue."""
    address = visit_address(options, values)
    return snapshot.fields[address[0]].show(address[1]) if address else ""


def visit_address_of_case(case: Case, options: BookingOptions) -> str:
    """Address of a case as text."""
    return (
        visit_address_text(options, snapshot_of(case.version), case_answers.of_case(case)) if options.comes_to else ""
    )


def effective_answers(draft: Draft) -> dict[str, Any]:
    """Effective answers of a draft, those from the profile included."""
    values, definition = case_answers.of_draft(draft), snapshot_of(draft.version)
    return questions.final_answers(
        definition, values, profile_values.known_values(draft.resident) if draft.resident else {}
    )


def visiting_units(draft: Draft) -> list[str]:
    """Keys of the units that visit the address of a draft; empty if people come to the venue."""
    options = options_of_version(draft.version_id)
    candidates = (
        venues_for_answers(draft.version.service, options, effective_answers(draft)) if options.comes_to else []
    )
    return [venue.key for venue in candidates if venue.unit]


def venues_for_answers(service: Service, options: BookingOptions, values: Mapping[str, Any]) -> list[Venue]:
    """Venues to choose from: all, or those that serve the address to be visited."""
    candidates, answered = venues(service), visit_address(options, values)
    area = city.area(answered[1]["area"]) if answered else None
    serving = [venue for venue in candidates if area and venue.area.pk in area.path.split("/")]
    return serving or candidates
