"""The vaccinator's page for a phone: it works a day without a net. Its day, its key, and what it sends."""

from base64 import b64encode
from datetime import timedelta
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kini.city.public import pack
from kini.core.actors import ActionRefused
from kini.core.typed_values import parse_day, parse_json
from kini.people.queries import actor_for
from kini.vaccination.visits import actions, queries
from kini.vaccination.visits.day_file import day_file, key_of
from kini.vaccination.visits.desk import VACCINATE, site_for
from kini.web.context_processors import person_token
from kini.web.csrf import same_origin_suffices
from kini.web.formats import today
from kini.web.offline_pages import keep_for_working_day

#: How long after its day what a phone kept can still be sent.
LATE = timedelta(days=14)
MOST_ENTRIES = 50


@VACCINATE
@require_safe
def phone_page(request: HttpRequest, site: str) -> HttpResponse:
    """The page itself. It holds no person: what it shows comes from the day that the phone keeps encrypted."""
    at = site_for(request, site)
    response = render(
        request,
        "vaccination/phone.html",
        {"at": at, "person_token": person_token(request), "zone": str(pack.current().timezone)},
    )
    keep_for_working_day(response)
    return response


@VACCINATE
@require_safe
def day_json(request: HttpRequest, site: str) -> HttpResponse:
    """The day with its key; with `?day=` the key of an earlier day alone, for what was not sent then."""
    at, by = site_for(request, site), actor_for(request)
    day = parse_day(request.GET.get("day")) or today()
    if not today() - LATE <= day <= today():
        return JsonResponse({"error": _("This day is over for too long. Record it at the desk.")}, status=422)
    key = b64encode(key_of(by, at, day)).decode()
    content = {"day": day.isoformat(), "key": key, "owner": person_token(request)}
    if day == today():
        content["file"] = day_file(by, at, day)  # type: ignore[assignment]
    return JsonResponse(content)


@VACCINATE
@same_origin_suffices
@require_POST
def entries(request: HttpRequest, site: str) -> HttpResponse:
    """Take entries of a phone, each on its own; answers for each whether it is recorded or waits for a decision."""
    at, by = site_for(request, site), actor_for(request)
    try:
        body = parse_json(request.body)
    except ValueError:
        body = None
    sent = body.get("entries") if isinstance(body, dict) else None
    if not isinstance(sent, list) or len(sent) > MOST_ENTRIES:
        return JsonResponse({"error": _("These entries cannot be read. Load the page again.")}, status=422)
    answers: list[dict[str, str]] = []
    for entry in sent:
        try:
            uuid = str(UUID(str(entry["uuid"])))
        except (KeyError, TypeError, ValueError):
            return JsonResponse({"error": _("These entries cannot be read. Load the page again.")}, status=422)
        try:
            conflict = actions.receive_entry(by=by, site=at, uuid=uuid, sent=entry)
        except ActionRefused as refusal:
            return JsonResponse({"error": str(refusal), "answers": answers}, status=403)
        answers.append({"uuid": uuid, "state": "conflict", "problem": conflict.problem} if conflict else
                       {"uuid": uuid, "state": "recorded"})  # fmt: skip
    return JsonResponse({"answers": answers, "conflicts": queries.open_conflicts(at).count()})
