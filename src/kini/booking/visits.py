"""Where the city comes to somebody: the address is one of their answers, and says which unit comes."""

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
    """The question that was answered with the address, and the answer ({"text", "area"}); None: people come themselves.

    Args:
        given: the answers that count, those of the profile among them.
    """
    return next(((name, given[name]) for name in options.comes_to if given.get(name)), None)


def visited(options: BookingOptions, resolved: Resolved, given: Mapping[str, Any]) -> str:
    """The address in words; empty where people come themselves."""
    found = address_of(options, given)
    return resolved.fields[found[0]].show(found[1]) if found else ""


def visited_of(case: Case, options: BookingOptions) -> str:
    """The same for a case."""
    return visited(options, resolve(case.version), answers.of_case(case)) if options.comes_to else ""


def given_in(draft: Draft) -> dict[str, Any]:
    """The answers of a draft that count, those of the profile among them."""
    given, asked = answers.of_draft(draft), resolve(draft.version)
    return final_answers(asked, given, known(draft.resident) if draft.resident else {})


def units_for(draft: Draft) -> list[str]:
    """The units that come to the address of a draft; empty where people come themselves."""
    options = options_of_version(draft.version_id)
    found = venues_for(draft.version.service, options, given_in(draft)) if options.comes_to else []
    return [venue.key for venue in found if venue.unit]


def venues_for(service: Service, options: BookingOptions, given: Mapping[str, Any]) -> list[Venue]:
    """The venues among which somebody chooses: all, or those that serve the address to which the city comes."""
    found, answered = venues(service), address_of(options, given)
    area = city.area(answered[1]["area"]) if answered else None
    serving = [venue for venue in found if area and venue.area.pk in area.path.split("/")]
    return serving or found
