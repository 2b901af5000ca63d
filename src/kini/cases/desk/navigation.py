"""The desk's rail, and the way to the desk for officers."""

from collections.abc import Callable

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from kini.cases.desk import figures, together
from kini.cases.desk.queue import VIEWS
from kini.cases.desk.working import is_working, may_here
from kini.people.permissions import Permission
from kini.web.navigation import NavItem, navigation

#: Icons of the views that stand in the rail, in order.
RAIL = {
    "due": "clock",
    "mine": "person",
    "unassigned": "people",
    "at-risk": "alert",
    "overdue": "alert",
    "waiting": "pause",
    "ended": "check",
    "all": "document",
}


def register() -> None:
    """Put the desk into the navigation; called once, when the room is ready."""
    navigation.register("desk", NavItem("cases:desk", _("Desk"), "briefcase", order=80, visible=is_working))
    navigation.register(
        "desk-account",
        NavItem("cases:desk", _("Desk"), "briefcase", 1, "account", note=_("Your cases at work"), visible=is_working),
    )
    for order, (view, icon) in enumerate(RAIL.items(), 10):
        navigation.register(f"desk-{view}", _view(view, icon, order))
    navigation.register(
        "desk-mentions",
        NavItem(
            "cases:desk-mentions", _("Mentions"), "megaphone", 20, "desk", count=together.unread, visible=is_working
        ),
    )
    helps, watches = may_here(Permission.APPLY_FOR_OTHERS), may_here(Permission.SEE_OVERDUE)
    navigation.register(
        "desk-apply",
        NavItem("cases:desk-apply", _("Apply for a resident"), "pencil", 30, "desk", group=_("Counter"), visible=helps),
    )
    navigation.register(
        "desk-late",
        NavItem(
            "cases:desk-overdue", _("What is late, and why"), "alert", 40, "desk", group=_("Agency"), visible=watches
        ),
    )
    navigation.register(
        "desk-ratings",
        NavItem("cases:desk-ratings", _("What residents say"), "megaphone", 42, "desk", _("Agency"), visible=watches),
    )
    manages = may_here(Permission.MANAGE_OFFICERS)
    navigation.register(
        "desk-officers",
        NavItem("cases:desk-officers", _("Officers and roles"), "people", 44, "desk", _("Agency"), visible=manages),
    )
    writes = may_here(Permission.MANAGE_REPLIES)
    navigation.register(
        "desk-replies",
        NavItem("cases:desk-replies", _("Canned replies"), "pencil", 46, "desk", _("Agency"), visible=writes),
    )


def _view(view: str, icon: str, order: int) -> NavItem:
    engine, label = VIEWS[view]
    query = "" if view == "due" else f"view={view}"
    return NavItem("cases:desk", label, icon, order, "desk", query=query, count=_count(engine), visible=is_working)


def _count(view: str) -> Callable[[HttpRequest], int | None]:
    return lambda request: figures.waiting(request).get(view)  # type: ignore[call-overload]
