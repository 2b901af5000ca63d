"""Pages of persons responsible for venues: register, poster, gates, counters of the day."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kini.city import queries as city_queries
from kini.city.public import pack
from kini.core import current_time, references
from kini.core.actors import ActionRefused
from kini.core.ids import parse_pk
from kini.documents.public import typesetting
from kini.epidemic.checkin import actions, queries
from kini.epidemic.checkin.actions import VenueDetails
from kini.epidemic.checkin.models import Venue
from kini.epidemic.checkin.pages import scripts
from kini.epidemic.checkin.venue_code import VenueCode, new_seed, parse_venue_code
from kini.epidemic.checkin.venue_counts import Occupancy, counting_day
from kini.people.models import User
from kini.people.queries import actor_for
from kini.web import formats
from kini.web.redirects import see_other

#: Slips on a sheet.
SLIPS = 24


@dataclass(frozen=True, slots=True)
class Typed:
    """Form of a new venue as typed."""

    name: str = ""
    kind: str = ""
    area: str = ""
    capacity: str = ""
    stay: str = ""


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def venues(request: HttpRequest) -> HttpResponse:
    """Venues of the person, and a form for a new one."""
    typed, problem = Typed(), ""
    if request.method == "POST":
        typed = Typed(**{name: request.POST.get(name, "")[:120].strip() for name in Typed.__slots__})
        try:
            venue, _code = actions.register_venue(by=actor_for(request), owner=_user(request), details=_details(typed))
        except ActionRefused as refusal:
            problem = str(refusal)
        else:
            messages.success(request, _("The venue is registered. Make its poster now."))
            return see_other("epidemic:venue", venue.reference)
    context: dict[str, Any] = {
        "venues": Venue.objects.filter(owner=_user(request), closed_at=None).select_related("area").order_by("name"),
        "kinds": queries.venue_kinds().items(),
        "areas": city_queries.lowest_level_areas(),
        "typed": typed,
        "problem": problem,
        "errors": [("name", problem)] if problem else [],
    }
    return render(request, "epidemic/venues.html", context, status=422 if problem else 200)


def _details(typed: Typed) -> VenueDetails:
    area = city_queries.chosen_area(typed.area)
    if area is None:
        raise ActionRefused(_("Choose the area in which the venue is."))
    limits = queries.limits_of(typed.kind, formats.today())
    stay = parse_pk(typed.stay) if typed.stay else (limits.stay_minutes if limits else 60)
    return VenueDetails(typed.name, typed.kind, area, parse_pk(typed.capacity), stay)


@login_required
@never_cache
@require_safe
def venue(request: HttpRequest, reference: str) -> HttpResponse:
    """A venue: people inside today, its poster, its gates."""
    return _venue_page(request, _own(request, reference), "")


def _venue_page(request: HttpRequest, own: Venue, gate_code: str) -> HttpResponse:
    sums = own.counts.filter(day=counting_day()).aggregate(entered=Sum("entered"), gone=Sum("gone"))
    context = {
        "venue": own,
        "kind": queries.venue_kinds().get(own.kind, own.kind),
        "occupancy": Occupancy(own.kind, own.capacity, sums["entered"] or 0, sums["gone"] or 0),
        "allowed": queries.allowed_inside(own.kind, own.capacity, formats.today()),
        "limits": queries.limits_of(own.kind, formats.today()),
        "gate_code": gate_code,
        "scripts": scripts("records", "qr", "poster"),
    }
    return render(request, "epidemic/venue.html", context)


@login_required
@never_cache
@require_POST
def gate_code(request: HttpRequest, reference: str) -> HttpResponse:
    """Make a new link for the gates; it is shown once, in this response."""
    own = _own(request, reference)
    return _venue_page(request, own, actions.replace_gate_code(by=actor_for(request), venue=own))


@login_required
@never_cache
@require_POST
def poster(request: HttpRequest, reference: str) -> HttpResponse:
    """Poster, or a sheet of slips, as PDF. Codes come from the browser, or are made now; they are stored nowhere."""
    own = _own(request, reference)
    paper = "slips" if request.POST.get("paper") == "slips" else "poster"
    language = get_language() or pack.current().languages[0]
    data = typesetting.layout_data(typesetting.brand_colour(), language) | {
        "title": own.name,
        "agency": str(queries.venue_kinds().get(own.kind, "")),
        "city": str(pack.current().name),
        "number": own.reference,
    }
    data |= _slips() if paper == "slips" else _poster(own, request.POST.get("code", ""))
    pdf = typesetting.render_pdf(pack.current().root, paper, data, current_time.now())
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{own.reference}-{paper}.pdf"'
    return response


def _poster(own: Venue, typed: str) -> dict[str, Any]:
    try:
        code = parse_venue_code(typed)
    except ValueError:
        code = VenueCode(own.name, own.kind, own.stay_minutes, new_seed())
    labels = {
        "qr": _("QR code of this venue"),
        "scan": _("Scan this code when you come in"),
        "how": _("Open the camera of your phone and point it at the code. Your visit stays on your phone."),
        "slip": _("No phone? Ask for a paper slip."),
    }
    return {"address": code.address, "labels": labels}


def _slips() -> dict[str, Any]:
    address = f"{settings.ENV.address}{reverse('epidemic:slip')}"
    return {
        "title": _("Slips for guests without a phone"),
        "address": address,
        "typed_at": address.partition("://")[2],
        "codes": [references.generate_code() for _number in range(SLIPS)],
        "labels": {"look": _("Was my visit warned?")},
    }


@login_required
@require_POST
def close(request: HttpRequest, reference: str) -> HttpResponse:
    """Close a venue."""
    actions.close_venue(by=actor_for(request), venue=_own(request, reference))
    messages.success(request, _("The venue is closed. Take its posters down."))
    return see_other("epidemic:venues")


def _own(request: HttpRequest, reference: str) -> Venue:
    return get_object_or_404(
        Venue.objects.select_related("area"), reference=reference, owner=request.user, closed_at=None
    )


def _user(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise Http404
    return request.user
