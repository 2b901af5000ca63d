"""Pages for everybody: what can be reported, public reports as list and map, one of them, and those one follows."""

from typing import Any
from uuid import UUID

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kini.cases import queries as cases
from kini.cases.models import Draft
from kini.cases.public import guest_key, own_case_for_visitor, owner_only
from kini.cases.rules import public_word
from kini.city.public import point_map
from kini.core import attempt_limits
from kini.core.actors import ActionRefused
from kini.core.client_address import client_network
from kini.core.typed_values import parse_moment
from kini.people.queries import actor_for
from kini.reports import actions, public_photos, queries
from kini.reports.kind import Report
from kini.reports.models import Follower, Publication
from kini.reports.report_filter import PERIODS, STATES, area_choices, chosen_area, report_filter
from kini.services import queries as services
from kini.services.public import catalogue
from kini.web.downloads import stored_file_response
from kini.web.redirects import see_other

#: Followers made, and claim codes tried, from one network.
FOLLOW_LIMIT = attempt_limits.Limit("reports.follow", count=60, seconds=3600)
CODE_LIMIT = attempt_limits.Limit("reports.claim-code", count=40, seconds=3600)
LONGEST_CODE = 60
LONGEST_STREET = 80


@require_safe
def choose(request: HttpRequest) -> HttpResponse:
    """List everything that can be reported, the most used first; at a place if the address names one (posters)."""
    categories = catalogue.current().categories
    cards = [(card, categories.get(card.category)) for card in services.cards_of_kind(Report.id)]
    area, street = chosen_area(request.GET), request.GET.get("street", "").strip()[:LONGEST_STREET]
    context: dict[str, Any] = {"cards": cards, "area": area, "street": street}
    if area:
        place = {"area": area.code, "text": street or area.name}
        names = queries.location_names(card.id for card, _category in cards)
        context["starts"] = [
            (card, category, {f"known.{names[card.id]}.{part}": value for part, value in place.items()})
            for card, category in cards
            if card.id in names
        ]
    return render(request, "reports/choose.html", context)


@cache_control(no_cache=True)
@require_safe
def public_list(request: HttpRequest) -> HttpResponse:
    """Public reports as list and map, the newest first, by category, state, area and period."""
    chosen = report_filter(request.GET)
    rows = list(chosen.reports(parse_moment(request.GET.get("before")))[: queries.ON_PAGE + 1])
    shown = rows[: queries.ON_PAGE]
    numbered = [(number, (each.latitude, each.longitude), "") for number, each in enumerate(shown, 1)]
    dots = queries.map_dots(chosen.reports(), since=chosen.since, area=chosen.area)
    context = {
        "rows": [(number, each, chosen.names.get(each.service_id, "")) for number, each in enumerate(shown, 1)],
        "filter": chosen,
        "areas": area_choices(),
        "area_query": f"?area={chosen.area.code}" if chosen.area else "",
        "feed_query": f"?{chosen.query}" if chosen.query else "",
        "periods": PERIODS,
        "states": STATES,
        "older": shown[-1].opened_at.isoformat() if len(rows) > len(shown) else "",
        "map": point_map(numbered, dots, label=_("Map of public reports"), most=len(dots)),
        "most_on_map": queries.MOST_ON_MAP,
    }
    return render(request, "reports/public_list.html", context)


@never_cache
@require_safe
def public_report(request: HttpRequest, reference: str) -> HttpResponse:
    """One public report: words, photos before and after, steps, and "me too"."""
    return _report_page(request, _public(reference))


def _report_page(request: HttpRequest, publication: Publication, error: str = "") -> HttpResponse:
    case = publication.case
    root = case.merged_into if case.merged_into and queries.released().filter(pk=case.merged_into_id).exists() else None
    context = {
        "report": publication,
        "case": case,
        "version": publication.current,
        "title": queries.report_names().get(publication.service_id, ""),
        "steps": queries.public_steps(case),
        "others": queries.same_problem(case),
        "root": root,
        "map": point_map([(1, (publication.latitude, publication.longitude), "")]),
        "errors": [("", error)] if error else [],
    }
    return render(request, "reports/public_report.html", context, status=422 if error else 200)


@require_safe
def public_photo(request: HttpRequest, reference: str, which: str) -> FileResponse:
    """Public copy of a photo of a public report."""
    version = _public(reference).current
    photo = getattr(version, which) if which in ("before", "after") else None
    if photo is None:
        raise Http404
    name = f"{reference}-{which}"
    return stored_file_response(photo.sha256, name=name, content_type=public_photos.CONTENT_TYPE, size=photo.size)


@never_cache
@require_POST
def me_too(request: HttpRequest, reference: str) -> HttpResponse:
    """Follow a report, and show the claim code, once. A draft that is named is not sent any more."""
    publication, actor = _public(reference), actor_for(request)
    attempt_limits.consume(FOLLOW_LIMIT, client_network(request))
    draft = None
    if typed := request.POST.get("draft", ""):
        try:
            draft = cases.draft_for(actor, UUID(typed))
        except (ValueError, Draft.DoesNotExist):
            raise Http404 from None
    try:
        follower, code = actions.follow(by=actor, publication=publication, draft=draft)
    except ActionRefused as refusal:
        return _report_page(request, publication, str(refusal))
    context = {
        "report": publication,
        "title": queries.report_names().get(publication.service_id, ""),
        "code": code,
        "follower": follower,
    }
    return render(request, "reports/following.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def followed(request: HttpRequest) -> HttpResponse:
    """Status of a report that somebody follows, by claim code or of the account."""
    typed, error, follower = "", "", None
    if request.method == "POST":
        attempt_limits.consume(CODE_LIMIT, client_network(request))
        typed = request.POST.get("code", "")[:LONGEST_CODE].strip()
        follower = queries.follower_by_code(typed)
        error = "" if follower else _("No report has this code. Check it, or look at the photo you took of it.")
    rows = [follower] if follower else _own(request)
    context = {
        "typed": typed,
        "error": error,
        "errors": [("code", error)] if error else [],
        "rows": [_status(each) for each in rows],
    }
    return render(request, "reports/followed.html", context, status=422 if error else 200)


@owner_only
@require_POST
def make_private(request: HttpRequest, reference: str) -> HttpResponse:
    """Take one's own report away from the public."""
    case = own_case_for_visitor(request, reference)
    key = guest_key(request, case.reference)
    actions.make_private(by=actor_for(request), case=case, guest_key=key)
    return see_other("cases:case", case.reference)


def _own(request: HttpRequest) -> list[Follower]:
    if not request.user.is_authenticated:
        return []
    rows = Follower.objects.filter(user_id=request.user.pk).order_by("-at")
    return list(rows.select_related("case__version", "case__merged_into__version", "case__service__current")[:30])


def _status(follower: Follower) -> dict[str, Any]:
    case = follower.case
    return {
        "title": queries.report_names().get(case.service_id, ""),
        "word": public_word(case.public_state, case.outcome),
        "state": case.public_state,
        "steps": queries.public_steps(case),
        "at": follower.at,
    }


def _public(reference: str) -> Publication:
    try:
        return queries.public_report(reference)
    except Publication.DoesNotExist:
        raise Http404 from None
