"""The queue: what is due first, seen through views and filters that stand in the address."""

import re
from dataclasses import dataclass, replace

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from kini.cases import actions, queries, rules
from kini.cases.desk import figures
from kini.cases.desk.working import OwnCase, case_at_desk, for_officers, see_other
from kini.cases.models import Case
from kini.cases.queries import Filters, View
from kini.core import moments
from kini.core.actors import Refused
from kini.people.models import Officer
from kini.people.permissions import Permission
from kini.people.queries import actor_for, officer_of
from kini.people.rules import may_somewhere
from kini.services.versions import resolve

#: Views by what the address calls them.
VIEWS: dict[str, tuple[View, str | Promise]] = {
    "due": ("due", gettext_lazy("Due")),
    "mine": ("mine", gettext_lazy("My tasks")),
    "unassigned": ("unassigned", gettext_lazy("Without an officer")),
    "overdue": ("overdue", gettext_lazy("Late")),
    "at-risk": ("at-risk", gettext_lazy("Soon late")),
    "waiting": ("waiting", gettext_lazy("Waiting for the resident")),
    "ended": ("closed", gettext_lazy("Ended")),
    "all": ("all", gettext_lazy("All cases")),
}
LONGEST_SEARCH = 120
CONTROL = re.compile(r"[\x00-\x1f\x7f]")
FIELDS = ("view", "service", "area", "state", "q", "after")
MOST_CHOSEN = queries.PAGE


@dataclass(frozen=True, slots=True)
class Row:
    """A case as the table shows it.

    Attributes:
        near: how many seconds before its end it is at risk.
        resting: its clock stands, and it was not late before.
    """

    case: Case
    title: str
    step: str
    near: int
    resting: bool


@for_officers()
@require_http_methods(["GET", "HEAD", "POST"])
def queue(request: HttpRequest) -> HttpResponse:
    """The table; posting takes the ticked cases into one's own hands."""
    return _take(request) if request.method == "POST" else _show(request)


def _show(request: HttpRequest) -> HttpResponse:
    actor = actor_for(request)
    asked = {name: cleaned(request.GET.get(name, "")) for name in FIELDS}
    services, areas = figures.services_with_cases(actor), figures.areas_with_cases(actor)
    filters = filters_of(asked, services, areas)
    found = queries.queue(actor, filters)
    view = asked["view"] if asked["view"] in VIEWS else "due"
    context = {
        "view": view,
        "heading": str(VIEWS[view][1]),
        "rows": [row_of(case) for case in found.cases],
        "ended": filters.view == "closed",
        "filters": filters,
        "narrowed": replace(filters, view="due", after="") != Filters(),
        "services": services,
        "areas": areas,
        "words": [(str(state), rules.public_word(state)) for state in rules.WORDS],
        "next": _address(request, after=found.next) if found.next else "",
        "first": _address(request, after="") if filters.after else "",
        "here": _address(request),
        "numbers": figures.today(actor),
        "late": figures.waiting(request)["overdue"],
        "may_act": may_somewhere(actor, Permission.ACT),
    }
    return render(request, "cases/desk/queue.html", context)


def cleaned(text: str) -> str:
    """What stood in the address, without what no database takes."""
    return CONTROL.sub("", text)[:LONGEST_SEARCH].strip()


def filters_of(asked: dict[str, str], services: list[tuple[str, str]], areas: list[figures.Place]) -> Filters:
    """The filters of an address; what is not among the choices narrows nothing."""
    paths = {area.code: area.path for area in areas}
    return Filters(
        view=VIEWS.get(asked["view"], VIEWS["due"])[0],
        service=asked["service"] if asked["service"] in dict(services) else "",
        public=asked["state"] if asked["state"] in set(rules.WORDS) else "",
        area=paths.get(asked["area"], ""),
        text=asked["q"],
        after=asked["after"],
    )


def row_of(case: Case) -> Row:
    resolved = resolve(case.version)
    late = case.due_at is not None and case.due_at < moments.now()
    near = int((case.due_at - case.at_risk_at).total_seconds()) if case.due_at and case.at_risk_at else 0
    resting = case.paused_at is not None and not late
    return Row(case, figures.title_of(resolved), str(resolved.flow.states[case.state].name), near, resting)


def _address(request: HttpRequest, **changes: str) -> str:
    """This address with other values in its query; empty ones are left out."""
    query = QueryDict(mutable=True)
    for name in FIELDS:
        if value := changes.get(name, cleaned(request.GET.get(name, ""))):
            query[name] = value
    return f"{reverse('cases:desk')}?{query.urlencode()}" if query else reverse("cases:desk")


def _take(request: HttpRequest) -> HttpResponse:
    """Take the ticked cases; those that cannot be taken are left where they are, and counted."""
    officer = officer_of(actor_for(request))
    chosen = [cleaned(each) for each in request.POST.getlist("case")[:MOST_CHOSEN]]
    taken = sum(_taken(request, reference, officer) for reference in dict.fromkeys(chosen))
    if not chosen:
        messages.warning(request, _("Tick the cases that you take."))
    elif taken:
        words = ngettext("You have taken %(count)d case.", "You have taken %(count)d cases.", taken)
        messages.success(request, words % {"count": taken})
    if taken < len(set(chosen)):
        messages.warning(request, _("Some cases could not be taken. Open them to see why."))
    return see_other(_address(request))


def _taken(request: HttpRequest, reference: str, officer: Officer | None) -> bool:
    try:
        actor, case = case_at_desk(request, reference)
        if officer and case.assignee_id != officer.pk:
            actions.assign(by=actor, case=case, officer=officer)
    except (Http404, OwnCase, Refused):
        return False
    return True
