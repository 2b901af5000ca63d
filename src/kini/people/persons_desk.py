"""Desk pages of double persons: pairs that may be one person, their comparison, merges and how they are undone."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from kini.core.actors import ActionRefused, NotAllowed
from kini.people import actions
from kini.people.access_log import AccessType
from kini.people.access_purposes import DUPLICATES
from kini.people.guards import officers_only
from kini.people.models import DuplicatePair
from kini.people.permissions import PeoplePermission
from kini.people.persons import pair_comparison
from kini.people.persons.likely_duplicates import compare_known, known_persons
from kini.people.persons.person_access import person_reads
from kini.people.queries import actor_for
from kini.web.redirects import see_other

PER_PAGE, RECENT, LONGEST_REASON = 50, 20, 240


@officers_only(PeoplePermission.MERGE_PERSONS)
@require_safe
def duplicates(request: HttpRequest) -> HttpResponse:
    """List pairs to decide on, the likeliest first, and recent decisions; without names, so that no read is logged."""
    by = actor_for(request)
    pairs = pair_comparison.visible_pairs(by)
    open_pairs = pairs.filter(different_since=None).order_by("-score", "pk")
    page = Paginator(open_pairs, PER_PAGE).get_page(request.GET.get("page"))
    ids = {pk for each in page for pk in (each.first_id, each.second_id)}
    known = {each.root: each for each in known_persons(ids)}
    rows = []
    for each in page:
        sides = known[each.first_id], known[each.second_id]
        kinds = " · ".join(pair_comparison.kind_of(side.person) for side in sides)
        rows.append((each, round(100 * each.score), compare_known(*sides).reasons, kinds))
    different = pairs.filter(different_since__isnull=False).select_related("decided_by__officer")
    context = {
        "page_obj": page,
        "rows": rows,
        "different": different.order_by("-different_since", "pk")[:RECENT],
        "merges": pair_comparison.visible_merges(by)[:RECENT],
    }
    return render(request, "people/duplicates.html", context)


@officers_only(PeoplePermission.MERGE_PERSONS)
@require_http_methods(["GET", "HEAD", "POST"])
def pair(request: HttpRequest, pair: int) -> HttpResponse:
    """Compare two persons, masked. POST shows them whole once, merges them, or marks them as different persons."""
    by = actor_for(request)
    stored = pair_comparison.visible_pairs(by).filter(pk=pair).first()
    if stored is None:
        raise Http404
    refusal, shown = "", False
    if request.method == "POST":
        try:
            shown = _do(request, stored)
        except NotAllowed:
            raise
        except ActionRefused as wrong:
            refusal = str(wrong)
        if not refusal and not shown:
            return see_other("people:desk-duplicates")
    known = {each.root: each for each in known_persons([stored.first_id, stored.second_id])}
    one, other = known[stored.first_id], known[stored.second_id]
    persons = [one.person, other.person]
    actions.log_reads(by=by, what=AccessType.PERSON, reads=person_reads(persons), purpose=DUPLICATES)
    context = {
        "pair": stored,
        "persons": [(each, pair_comparison.kind_of(each)) for each in persons],
        "rows": pair_comparison.compare_values(one, other, masked=not shown),
        "reasons": compare_known(one, other).reasons,
        "shown": shown,
        **_form_context(request, refusal),
    }
    return render(request, "people/duplicate_pair.html", context, status=422 if refusal else 200)


def _do(request: HttpRequest, pair: DuplicatePair) -> bool:
    """Do what the officer chose; return True if the two are to be shown."""
    by, reason = actor_for(request), _reason(request)
    match request.POST.get("deed", ""):
        case "look":
            actions.look_at_pair(by=by, pair=pair, reason=reason)
            return True
        case "merge":
            actions.merge_persons(by=by, first=pair.first, second=pair.second, reason=reason)
            messages.success(request, _("The two records are one person now. You can undo this below."))
        case "different":
            actions.mark_different(by=by, pair=pair, reason=reason)
            messages.success(request, _("Marked as different persons. They will not be suggested again."))
        case _:
            raise ActionRefused(_("Choose what to do with these two records."))
    return False


@officers_only(PeoplePermission.MERGE_PERSONS)
@require_http_methods(["GET", "HEAD", "POST"])
def merge(request: HttpRequest, merge: int) -> HttpResponse:
    """Show a merge in force with both records, masked; POST undoes it."""
    by = actor_for(request)
    stored = pair_comparison.visible_merges(by).filter(pk=merge).first()
    if stored is None:
        raise Http404
    refusal = ""
    if request.method == "POST":
        try:
            actions.unmerge_person(by=by, merge=stored, reason=_reason(request))
        except NotAllowed:
            raise
        except ActionRefused as wrong:
            refusal = str(wrong)
        else:
            messages.success(request, _("The two records are apart again."))
            return see_other("people:desk-duplicates")
    persons = [stored.survivor, stored.absorbed]
    actions.log_reads(by=by, what=AccessType.PERSON, reads=person_reads(persons), purpose=DUPLICATES)
    context = {
        "merge": stored,
        "persons": [(each, pair_comparison.kind_of(each)) for each in persons],
        "rows": pair_comparison.compare_values(*(pair_comparison.as_known(each) for each in persons), masked=True),
        **_form_context(request, refusal),
    }
    return render(request, "people/person_merge.html", context, status=422 if refusal else 200)


def _reason(request: HttpRequest) -> str:
    return request.POST.get("reason", "").replace("\0", "").strip()[:LONGEST_REASON]


def _form_context(request: HttpRequest, refusal: str) -> dict[str, Any]:
    return {"reason": _reason(request), "wrong": refusal, "errors": [("reason", refusal)] if refusal else []}
