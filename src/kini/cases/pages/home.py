"""Section of the home page with the visitor's own cases."""

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from kini.cases import queries
from kini.cases.pages import case_list
from kini.cases.pages.guards import guest_keys
from kini.people.queries import actor_for
from kini.web.home import HomeSection

MOST_SHOWN = 3


def my_cases(request: HttpRequest) -> SafeString | None:
    """Open cases, those waiting for the visitor first, and the number of drafts; only for signed-in visitors."""
    actor = actor_for(request)
    if actor.user_id is None and not actor.session and not guest_keys(request):
        return None
    going_on = case_list.own_cases(request).filter(queries.STILL_OPEN)
    rows = list(case_list.case_rows(request, going_on[: MOST_SHOWN * 3]))
    drafts = len(list(case_list.draft_rows(request)))
    if not rows and not drafts:
        return None
    first = sorted(rows, key=lambda row: not row.needs_you)[:MOST_SHOWN]
    return render_to_string("cases/home_cases.html", {"rows": first, "drafts": drafts}, request)


SECTION = HomeSection(order=10, render=my_cases)
