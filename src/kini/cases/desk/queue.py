"""Queue page: views and filters in the URL, by due date."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from kini.cases import actions, queries, read_log, rules
from kini.cases.desk import queue_address, queue_counts, saved_filters
from kini.cases.desk.guards import OwnCaseAtDesk, case_at_desk
from kini.cases.desk.queue_address import CONTROL, VIEWS, QueueAddress, clean_query_text
from kini.cases.desk.queue_counts import AreaChoices, count_of_view
from kini.cases.desk.queue_rows import build_rows, render_rows
from kini.cases.desk.undo import cancellable_decisions
from kini.cases.permissions import CasePermission
from kini.core.actors import ActionRefused
from kini.people.models import Officer
from kini.people.public import PeoplePermission, desk_counts, officers_only
from kini.people.queries import actor_for, officer_of
from kini.people.rules import may_somewhere
from kini.web.public_states import STATES
from kini.web.redirects import see_other
from kini.web.snippets import render_options

MAX_TICKED = queries.QUEUE_PAGE_SIZE


@officers_only(CasePermission.SEE_CASES)
@require_http_methods(["GET", "HEAD", "POST"])
def queue(request: HttpRequest) -> HttpResponse:
    """Show the queue; POST assigns the ticked cases to oneself."""
    if request.method == "POST":
        return _take(request)
    opens_with = saved_filters.default_filter(request) if not request.GET else None
    return redirect(queue_address.queue_url(opens_with)) if opens_with else _show(request)


def _show(request: HttpRequest) -> HttpResponse:
    actor, address, after = (
        actor_for(request),
        queue_address.parse_query(request.GET),
        clean_query_text(request.GET.get("after", "")),
    )
    services = _services(address, queue_counts.services_with_cases(actor))
    areas = _areas(address, queue_counts.areas_with_cases(actor))
    page = queries.queue_page(actor, address.filters(areas.paths, after))
    name = next((saved.name for saved in saved_filters.own_filters(request) if saved.query == address.query), "")
    rows, trail = build_rows(page.cases, actor), queue_address.back_query_of(address)
    read_log.log_queue(actor, (row.case for row in rows if row.person))
    names = may_somewhere(actor, PeoplePermission.SEE_IDENTITY)
    may_act = may_somewhere(actor, CasePermission.ACT)
    context = {
        "asked": address,
        "saved": name,
        "heading": name or str(VIEWS[address.view][1]),
        "rows": rows,
        "table": render_rows(rows, trail, ticks=may_act and address.view != "ended", names=names),
        "names": names,
        "open": " ".join(row.case.reference for row in rows if not row.case.closed_at),
        "ended": address.view == "ended",
        "services": render_options(services, address.service),
        "areas": render_options(areas.choices, address.area),
        "states": render_options(((state, rules.public_word(state)) for state in STATES), address.state),
        "next": queue_address.queue_url(address, page.next) if page.next else "",
        "first": queue_address.queue_url(address) if after else "",
        "here": queue_address.queue_url(address, after),
        "trail": trail,
        "numbers": queue_counts.todays_counts(actor),
        "late": desk_counts.waiting(request, count_of_view("overdue")),
        "may_act": may_act,
        "undo": cancellable_decisions(request),
    }
    return render(request, "cases/desk/queue.html", context)


def _services(address: QueueAddress, choices: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Choices of services, including the selected one even if it has no cases now."""
    missing = address.service and address.service not in dict(choices)
    return [*choices, (address.service, saved_filters.service_title_by_id(address.service))] if missing else choices


def _areas(address: QueueAddress, known: AreaChoices) -> AreaChoices:
    if not address.area or address.area in known.paths:
        return known
    path = queue_address.area_paths([address.area]).get(address.area, address.area)
    choices = (*known.choices, (address.area, saved_filters.area_name(address.area)))
    return AreaChoices(choices, {**known.paths, address.area: path})


@officers_only(CasePermission.SEE_CASES)
@require_safe
def next_in_queue(request: HttpRequest, reference: str) -> HttpResponse:
    """Redirect to the next case of the queue from which this one was opened."""
    actor, case = case_at_desk(request, reference, shown=False)
    address = queue_address.origin_queue(request)
    following = queries.next_case(actor, address.filters(queue_address.area_paths([address.area])), case)
    if following is None:
        messages.info(request, _("That was the last one of this list."))
        return redirect(queue_address.queue_url(address))
    return redirect(f"{reverse('cases:desk-case', args=[following.reference])}{queue_address.back_query(request)}")


def ticked_references(request: HttpRequest) -> list[str]:
    """Ticked references without duplicates; "all on this page" holds several separated by spaces."""
    named = (each for value in request.POST.getlist("case") for each in CONTROL.sub(" ", value).split())
    return list(dict.fromkeys(named))[:MAX_TICKED]


def _take(request: HttpRequest) -> HttpResponse:
    """Assign the ticked cases to oneself; count those that are refused."""
    officer = officer_of(actor_for(request))
    chosen = ticked_references(request)
    count = sum(_taken(request, reference, officer) for reference in chosen)
    if not chosen:
        messages.warning(request, _("Tick the cases that you take."))
    elif count:
        words = ngettext("You have taken %(count)d case.", "You have taken %(count)d cases.", count)
        messages.success(request, words % {"count": count})
    if count < len(chosen):
        messages.warning(request, _("Some cases could not be taken. Open them to see why."))
    address, after = queue_address.parse_query(request.GET), clean_query_text(request.GET.get("after", ""))
    return see_other(queue_address.queue_url(address, after))


def _taken(request: HttpRequest, reference: str, officer: Officer | None) -> bool:
    try:
        actor, case = case_at_desk(request, reference, shown=False)
        if officer and case.assignee_id != officer.pk:
            actions.assign(by=actor, case=case, officer=officer)
    except (Http404, OwnCaseAtDesk, ActionRefused):
        return False
    return True
