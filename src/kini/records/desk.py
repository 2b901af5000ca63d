"""Desk pages of emergency access: open a record, and judge what others opened."""

from typing import Any

from django.contrib import messages
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kini.core import attempt_limits
from kini.core.actors import ActionRefused, NotAllowed
from kini.core.attempt_limits import Limit
from kini.people.public import access_purposes, officers_only
from kini.people.queries import actor_for
from kini.records import actions, queries
from kini.records.models import BreakGlass
from kini.records.permissions import RecordPermission
from kini.records.policies import AccessPolicy, policies
from kini.web.redirects import see_other

LONGEST_NOTE, SHOWN = 240, 50
#: Numbers that one officer may try, against looking for numbers that exist.
NUMBERS = Limit("records.number-entered", count=20, seconds=3600)


@officers_only(RecordPermission.BREAK_GLASS)
@require_http_methods(["GET", "HEAD", "POST"])
def emergency(request: HttpRequest) -> HttpResponse:
    """Ask for a record's number and the reason; POST opens it and leads to it."""
    if request.method != "POST":
        return _emergency_page(request)
    by = actor_for(request)
    try:
        attempt_limits.consume(NUMBERS, str(request.user.pk))
        policy = _policy(_text(request, "type"))
        record = _record(policy, _text(request, "number"))
        actions.break_glass(by=by, record=record, reason=_text(request, "reason"), note=_text(request, "note"))
    except NotAllowed:
        raise
    except ActionRefused as refusal:
        return _emergency_page(request, str(refusal))
    assert policy.url
    return redirect(policy.url(record))


def _emergency_page(request: HttpRequest, wrong: str = "") -> HttpResponse:
    limits = access_purposes.break_glass_limits()
    context = {
        "types": [(each.name, each.label) for each in _openable()],
        "reasons": list(access_purposes.emergency_reasons().items()),
        "typed": {name: _text(request, name) for name in ("type", "number", "reason", "note")},
        "minutes": limits.minutes,
        "per_day": limits.per_day,
        "open": [(each, _url(each)) for each in queries.open_accesses(actor_for(request))],
        "errors": [("number", wrong)] if wrong else [],
        "wrong": wrong,
    }
    return render(request, "records/emergency.html", context, status=422 if wrong else 200)


def _openable() -> list[AccessPolicy[Any]]:
    """Return the types of records that an emergency opens and that have a page."""
    return [each for each in policies if each.doors.break_glass and each.find and each.url]


def _policy(name: str) -> AccessPolicy[Any]:
    types = _openable()
    policy = next((each for each in types if each.name == name), types[0] if len(types) == 1 else None)
    if policy is None:
        raise ActionRefused(_("Choose what you need to open."))
    return policy


def _record(policy: AccessPolicy[Any], number: str) -> Model:
    record: Model | None = policy.find(number) if policy.find and number else None
    if record is None:
        raise ActionRefused(_("There is nothing with this number. Compare it letter by letter."))
    return record


def _url(access: BreakGlass) -> str:
    policy = policies.find(access.record_type)
    record = policy.model._default_manager.filter(pk=access.record_id).first() if policy else None
    return policy.url(record) if policy and policy.url and record else ""


@officers_only(RecordPermission.REVIEW_BREAK_GLASS)
@require_safe
def reviews(request: HttpRequest) -> HttpResponse:
    """List emergency accesses: those that wait for a judgement first."""
    return _reviews_page(request)


@officers_only(RecordPermission.REVIEW_BREAK_GLASS)
@require_POST
def review(request: HttpRequest, access: int) -> HttpResponse:
    """Judge one emergency access."""
    by = actor_for(request)
    opened = queries.accesses_to_review(by).filter(pk=access).first()
    if opened is None:
        raise Http404
    try:
        actions.review_break_glass(by=by, access=opened, verdict=_text(request, "verdict"), note=_text(request, "note"))
    except ActionRefused as refusal:
        return _reviews_page(request, opened, str(refusal))
    messages.success(request, _("Your judgement is recorded."))
    return see_other("records:desk-reviews")


def _reviews_page(request: HttpRequest, judged: BreakGlass | None = None, wrong: str = "") -> HttpResponse:
    accesses = queries.accesses_to_review(actor_for(request))
    labels = access_purposes.purpose_label
    context = {
        "waiting": [
            (each, labels(each.reason), f"verdict-{each.pk}", f"note-{each.pk}", wrong if each == judged else "")
            for each in accesses.filter(reviewed_at=None)[:SHOWN]
        ],
        "judged": [(each, labels(each.reason)) for each in accesses.exclude(reviewed_at=None)[:SHOWN]],
        "note": _text(request, "note"),
        "errors": [(f"note-{judged.pk}", wrong)] if judged else [],
    }
    return render(request, "records/reviews.html", context, status=422 if wrong else 200)


def _text(request: HttpRequest, name: str) -> str:
    return request.POST.get(name, "").replace("\0", "").strip()[:LONGEST_NOTE]
