"""Home visits: the address is one of the answers, and decides which unit comes."""

from collections.abc import Mapping
from typing import Any

from kini.booking.queries import Venue, options_of_version, venues
from kini.booking.schedule import BookingOptions
from kini.cases import answers
from kini.cases.models import Case, Draft
from kini.city import queries as city
from kini.people.profile import known
from kini.services.models import Service
from kini.services.questions import final_answers
from kini.services.versions import Resolved, resolve


def address_of(options: BookingOptions, given: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]] | None:
    """Name and value ({"text", "area"}) of the answered address question; None: people come to the venue.

    Args:
        given: effective answers, those from the profile included.
    """
    return next(((name, given[name]) for name in options.comes_to if given.get(name)), None)


def visited(options: BookingOptions, resolved: Resolved, given: Mapping[str, Any]) -> str:
    """Address as text; empty if people come to the venue."""
    found = address_of(options, given)
    return resolved.fields[found[0]].show(found[1]) if found else ""


def visited_of(case: Case, options: BookingOptions) -> str:
    """Address of a case as text."""
    return visited(options, resolve(case.version), answers.of_case(case)) if options.comes_to else ""


def given_in(draft: Draft) -> dict[str, Any]:
    """Effective answers of a draft, those from the profile included."""
    given, asked = answers.of_draft(draft), resolve(draft.version)
    return final_answers(asked, given, known(draft.resident) if draft.resident else {})


def units_for(draft: Draft) -> list[str]:
    """Keys of the units that visit the address of a draft; empty if people come to the venue."""
    options = options_of_version(draft.version_id)
    found = venues_for(draft.version.service, options, given_in(draft)) if options.comes_to else []
    return [venue.key for venue in found if venue.unit]


def venues_for(service: Service, options: BookingOptions, given: Mapping[str, Any]) -> list[Venue]:
    """Venues to choose from: all, or those that serve the address to be visited."""
    found, answered = venues(service), address_of(options, given)
    area = city.area(answered[1]["area"]) if answered else None
    serving = [venue for venue in found if area and venue.area.pk in area.path.split("/")]
    return serving or found
