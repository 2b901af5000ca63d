"""Navigation of the desk: rail and entry for officers."""

from collections.abc import Callable, Iterator
from functools import partial

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from kini.cases import queries
from kini.cases.desk import saved_filters
from kini.cases.desk.queue_address import VIEWS
from kini.cases.desk.queue_counts import count_of_view
from kini.cases.permissions import CasePermission
from kini.people.public import PeoplePermission, desk_counts, has_permission
from kini.web.desk_help import register_help
from kini.web.navigation import NavItem, NavSource, nav_sources, navigation

#: Icons of the rail's views, in order.
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

#: Views that are left out while they are empty.
SELDOM = frozenset({"at-risk", "overdue", "waiting"})

SEES_DESK = has_permission(CasePermission.SEE_CASES)

#: Help for officers, by the page of the desk.
DESK_HELP = {
    "cases:desk": _(
        "The cases of your agency and area, what is due first on top. Click a number for a summary, or press "
        "Enter to open the case. On its page papers open beside the answers, with the steps that you may "
        "take. A decision can be undone for thirty seconds."
    ),
    "cases:desk-mentions": _(
        "Notes in which a colleague named you. Opening the case marks them as read. Answer with a note on the "
        "case: residents never read notes."
    ),
    "cases:desk-apply": _(
        "Fill in an application for somebody at your counter. Type the number on the card, compare the masked "
        "phone number with what the person says, and answer the questions together. Print the receipt at the "
        "end."
    ),
    "cases:desk-overdue": _(
        "Cases past their due date, by service, unit, officer or step, and below them those that are late the "
        "longest. The column for the step says whom they wait for. The table can be downloaded; it names "
        "nobody."
    ),
    "cases:desk-numbers": _(
        "How many cases came in and were decided today, compared with the same weekday of the last seven "
        "weeks. The usual time is the median: half of the cases took less."
    ),
    "cases:desk-ratings": _(
        "Ratings of residents after a decision, and their objections, by service. Look at the low ones first: "
        "the number leads to the cases behind it."
    ),
    "cases:desk-officers": _(
        "Who works for your agency, with which roles and where. You can give only what you have yourself, and "
        "never to yourself. Ending somebody's work takes effect at once; their past work stays."
    ),
    "cases:desk-access": _(
        "How many people's data each officer opened on a day, compared with what is usual, and looks outside "
        "their work. Ask before you judge: a busy counter also reads much."
    ),
    "cases:desk-replies": _(
        "Texts that your officers often send. Words in braces are filled in; where you write …, the officer "
        "has to complete the sentence before sending. Every change is kept as a version."
    ),
}


def register() -> None:
    """Register the desk's navigation. Called once from `AppConfig.ready`."""
    register_help(DESK_HELP)
    navigation.register("desk", NavItem("cases:desk", _("Desk"), "briefcase", order=80, visible=SEES_DESK))
    navigation.register(
        "desk-account",
        NavItem("cases:desk", _("Desk"), "briefcase", 1, "account", note=_("Your cases at work"), visible=SEES_DESK),
    )
    nav_sources.register("desk", NavSource("desk", _views_and_filters))
    for view in queries.COUNTED_VIEWS:
        counted = desk_counts.DeskCount(CasePermission.SEE_CASES, partial(queries.view_cases, view=view))
        desk_counts.counts.register(count_of_view(view), counted)
    mentions = desk_counts.DeskCount(CasePermission.SEE_CASES, queries.unread_mentions)
    desk_counts.counts.register("mentions", mentions)
    navigation.register(
        "desk-mentions",
        NavItem(
            "cases:desk-mentions",
            _("Mentions"),
            "megaphone",
            18,
            "desk",
            count=desk_counts.shown_count("mentions"),
            visible=SEES_DESK,
            only_with_work=True,
        ),
    )
    helps, watches = has_permission(PeoplePermission.APPLY_FOR_OTHERS), has_permission(CasePermission.SEE_OVERDUE)
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
    navigation.register(
        "desk-numbers",
        NavItem("cases:desk-numbers", _("Numbers of the day"), "chart", 41, "desk", _("Agency"), visible=watches),
    )
    manages = has_permission(PeoplePermission.MANAGE_OFFICERS)
    navigation.register(
        "desk-officers",
        NavItem("cases:desk-officers", _("Officers and roles"), "people", 44, "desk", _("Agency"), visible=manages),
    )
    navigation.register(
        "desk-access",
        NavItem("cases:desk-access", _("Access report"), "eye", 45, "desk", _("Agency"), visible=manages),
    )
    writes = has_permission(CasePermission.MANAGE_REPLIES)
    navigation.register(
        "desk-replies",
        NavItem("cases:desk-replies", _("Canned replies"), "pencil", 46, "desk", _("Agency"), visible=writes),
    )


def _views_and_filters(request: HttpRequest) -> Iterator[NavItem]:
    """Entries of the rail: views of the queue, then saved filters."""
    opens_with = saved_filters.default_filter(request)
    for order, (view, icon) in enumerate(RAIL.items(), 10):
        query = f"view={view}" if view != "due" or opens_with else ""
        name, label = VIEWS[view]
        yield NavItem(
            *("cases:desk", label, icon, order, "desk"),
            query=query,
            count=desk_counts.shown_count(count_of_view(name)) if name in queries.COUNTED_VIEWS else None,
            visible=SEES_DESK,
            only_with_work=view in SELDOM,
        )
    for saved in saved_filters.own_filters(request):
        count = _behind_filter(saved.pk)
        yield NavItem("cases:desk", saved.name, "filter", 19, "desk", _("My filters"), saved.query, count=count)


def _behind_filter(pk: int) -> Callable[[HttpRequest], int | str | None]:
    return lambda request: desk_counts.capped(saved_filters.filter_counts(request).get(pk))
