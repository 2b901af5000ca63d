"""Registration in other rooms: kind, timeline entries, pack check, message types, navigation."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kini.api.routing import Part, parts
from kini.booking import api
from kini.booking.checks import check_schedules
from kini.booking.kind import BookingKind
from kini.booking.notices import CLOSED, OFFER
from kini.booking.venue import WAS_THERE
from kini.cases.desk.working import may_here
from kini.cases.rules import tellers
from kini.city.checks import pack_checks
from kini.messages.sorts import sorts
from kini.people.permissions import Permission
from kini.services.kinds import kinds
from kini.web import formats
from kini.web.navigation import NavItem, navigation


def register() -> None:
    """Register everything once; called from `BookingConfig.ready`."""
    parts.register("booking", Part("Booking", api.router))
    kinds.register(BookingKind.id, BookingKind())
    pack_checks.register("bookings", check_schedules)
    tellers.register("rebooked", _rebooked)
    tellers.register(WAS_THERE, _was_there)
    sorts.register(OFFER.id, OFFER)
    sorts.register(CLOSED.id, CLOSED)
    navigation.register(
        "desk-bookings",
        NavItem(
            "booking:desk-today",
            gettext_lazy("Bookings"),
            "clock",
            32,
            "desk",
            group=gettext_lazy("Counter"),
            visible=may_here(Permission.ACT),
        ),
    )


def _was_there(_data: Mapping[str, Any]) -> str:
    return _("You were there. The missed booking was removed and no longer counts.")


def _rebooked(data: Mapping[str, Any]) -> str:
    words = {"before": formats.moment(datetime.fromisoformat(data["from"]))}
    words |= {"now": formats.moment(datetime.fromisoformat(data["to"])), "message": data.get("message", "")}
    if words["message"]:
        return _("Your booking on %(before)s was moved to %(now)s. %(message)s") % words
    return _("Your booking on %(before)s was moved to %(now)s.") % words
