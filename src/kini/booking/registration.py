"""Registration in other rooms: kind, timeline entries, pack check, message types, navigation."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kini.api.operations import ApiModule, api_modules
from kini.booking import actions, api, queries
from kini.booking.fixtures import BookingFixtures
from kini.booking.kind import BookingKind
from kini.booking.notifications import CLOSED, OFFER
from kini.booking.schedule_checks import check_schedules
from kini.booking.venue_actions import NO_SHOW_UNDONE
from kini.cases.public import CasePermission
from kini.cases.rules import entry_renderers
from kini.city.public import pack_checks
from kini.core import preparation
from kini.core.actors import Actor
from kini.core.database import key_rotation
from kini.messages.public import message_types
from kini.people.public import has_permission
from kini.services.public import kind_fixtures, kinds
from kini.web import formats
from kini.web.desk_help import register_help
from kini.web.navigation import NavItem, navigation

#: Help for officers, by the page of the desk.
DESK_HELP = {
    "booking:desk-today": gettext_lazy(
        "The places where you work and how many people come today. Open a place to check people in by their "
        "code, call the next number, and record who was served. When you close a time, everybody is moved or "
        "cancelled, and reads your sentence."
    ),
}


def register() -> None:
    """Register everything once; called from `BookingConfig.ready`."""
    api_modules.register("booking", ApiModule("Booking", api.router))
    kinds.register(BookingKind.id, BookingKind())
    kind_fixtures.register(BookingKind.id, BookingFixtures())
    preparation.steps.register("booking", _open_slots)
    key_rotation.register_action("bookings", actions.rotate_keys)
    pack_checks.register("bookings", check_schedules)
    entry_renderers.register("rebooked", _rebooked)
    entry_renderers.register(NO_SHOW_UNDONE, _was_there)
    message_types.register(OFFER.id, OFFER)
    message_types.register(CLOSED.id, CLOSED)
    register_help(DESK_HELP)
    navigation.register(
        "desk-bookings",
        NavItem(
            "booking:desk-today",
            gettext_lazy("Bookings"),
            "clock",
            32,
            "desk",
            group=gettext_lazy("Counter"),
            visible=has_permission(CasePermission.ACT),
        ),
    )


def _open_slots(by: Actor) -> None:
    for service in queries.services():
        actions.open_slots(by=by, service=service)


def _was_there(_data: Mapping[str, Any]) -> str:
    return _("You were there. The missed booking was removed and no longer counts.")


def _rebooked(data: Mapping[str, Any]) -> str:
    words = {"before": formats.moment(datetime.fromisoformat(data["from"]))}
    words |= {"now": formats.moment(datetime.fromisoformat(data["to"])), "message": data.get("message", "")}
    if words["message"]:
        return _("Your booking on %(before)s was moved to %(now)s. %(message)s") % words
    return _("Your booking on %(before)s was moved to %(now)s.") % words
