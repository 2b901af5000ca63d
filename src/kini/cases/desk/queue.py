"""Queue page: views and filters in the URL, by due date."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from kini.cases import actions, queries, rules
from kini.cases.desk import addresses, figures, saved
from kini.cases.desk.addresses import CONTROL, VIEWS, Asked, cleaned
from kini.cases.desk.figures import Places
from kini.cases.desk.rows import rows_html, rows_of
from kini.cases.desk.working import OwnCase, case_at_desk, for_officers, see_other
from kini.core.actors import Refused
from kini.people.models import Officer
from kini.people.permissions import Permission
from kini.people.queries import actor_for, officer_of
from kini.people.rules import may_somewhere
from kini.web.fragments import options

MOST_CHOSEN = queries.PAGE


@for_officers()
@require_http_methods(["GET", "HEAD", "POST"])
def queue(request: HttpRequest) -> HttpResponse:
    """Show the queue; POST assigns the ticked cases to oneself."""
    if request.method == "POST":
        return _take(request)
    opens_with = saved.first(request) if not request.GET else None
    return redirect(addresses.address(opens_with)) if opens_with else _show(request)


def _show(request: HttpRequest) -> HttpResponse:
    actor, asked, after = actor_for(request), addresses.read(request.GET), cleaned(request.GET.get("after", ""))
    services = _services(asked, figures.services_with_cases(actor))
    areas = _areas(asked, figures.areas_with_cases(actor))
    found = queries.queue(actor, asked.filters(areas.paths, after))
    name = next((kept.name for kept in saved.own(request) if kept.query == asked.query), "")
    rows, trail = rows_of(found.cases), addresses.trail_of(asked)
    may_act = may_somewhere(actor, Permission.ACT)
    context = {
        "asked": asked,
        "saved": name,
        "heading": name or str(VIEWS[asked.view][1]),
        "rows": rows,
        "table": rows_html(rows, trail, ticks=may_act and asked.view != "ended"),
        "open": " ".join(row.case.reference for row in rows if not row.case.closed_at),
        "ended": asked.view == "ended",
        "services": options(services, asked.service),
        "areas": options(areas.choices, asked.area),
        "states": options(((str(state), rules.public_word(state)) for state in rules.WORDS), asked.state),
        "next": addresses.address(asked, found.next) if found.next else "",
        "first": addresses.address(asked) if after else "",
        "here": addresses.address(asked, after),
        "trail": trail,
        "numbers": figures.today(actor),
        "late": figures.waiting(request)["overdue"],
        "may_act": may_act,
    }
    return render(request, "cases/desk/queue.html", context)


def _services(asked: Asked, choices: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Choices of services, including the selected one even if it has no cases now."""
    missing = asked.service and asked.service not in dict(choices)
    return [*choices, (asked.service, saved.service_title(asked.service))] if missing else choices


def _areas(asked: Asked, known: Places) -> Places:
    if not asked.area or asked.area in known.paths:
        return known
    path = addresses.paths_of([asked.area]).get(asked.area, asked.area)
    choices = (*known.choices, (asked.area, saved.area_name(asked.area)))
    return Places(choices, {**known.paths, asked.area: path})


@for_officers()
@require_safe
def following(request: HttpRequest, reference: str) -> HttpResponse:
    """Redirect to the next case of the queue from which this one was opened."""
    actor, case = case_at_desk(request, reference, shown=False)
    asked = addresses.came_from(request)
    found = queries.next_case(actor, asked.filters(addresses.paths_of([asked.area])), case)
    if found is None:
        messages.info(request, _("That was the last one of this list."))
        return redirect(addresses.address(asked))
    return redirect(f"{reverse('cases:desk-case', args=[found.reference])}{addresses.trail(request)}")


def picked(request: HttpRequest) -> list[str]:
    """Ticked references without duplicates; "all on this page" holds several separated by spaces."""
    named = (each for value in request.POST.getlist("case") for each in CONTROL.sub(" ", value).split())
    return list(dict.fromkeys(named))[:MOST_CHOSEN]


def _take(request: HttpRequest) -> HttpResponse:
    """Assign the ticked cases to oneself; count those that are refused."""
    officer = officer_of(actor_for(request))
    chosen = picked(request)
    taken = sum(_taken(request, reference, officer) for reference in chosen)
    if not chosen:
        messages.warning(request, _("Tick the cases that you take."))
    elif taken:
        words = ngettext("You have taken %(count)d case.", "You have taken %(count)d cases.", taken)
        messages.success(request, words % {"count": taken})
    if taken < len(chosen):
        messages.warning(request, _("Some cases could not be taken. Open them to see why."))
    asked, after = addresses.read(request.GET), cleaned(request.GET.get("after", ""))
    return see_other(addresses.address(asked, after))


def _taken(request: HttpRequest, reference: str, officer: Officer | None) -> bool:
    try:
        actor, case = case_at_desk(request, reference, shown=False)
        if officer and case.assignee_id != officer.pk:
            actions.assign(by=actor, case=case, officer=officer)
    except (Http404, OwnCase, Refused):
        return False
    return True
