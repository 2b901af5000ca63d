"""Receipts of received pledges, to print or to keep: for their two sides, and on paper from a desk."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from kini.people.public import officers_only
from kini.people.queries import actor_for
from kini.together.action_guards import acts_for_giver, is_contact, may_verify
from kini.together.models import Pledge
from kini.together.permissions import HelpPermission
from kini.together.programmes import package_of


@login_required
@never_cache
@require_safe
def receipt(request: HttpRequest, reference: str) -> HttpResponse:
    """Receipt for the giver's and the receiving side."""
    known, by = _received(reference), actor_for(request)
    if not (acts_for_giver(by, known.giver) or is_contact(by, known.line.need.beneficiary)):
        raise Http404
    back = reverse("together:pledge", args=[known.reference])
    return render(request, "together/receipt.html", _context(known, "web/base.html", (back, known.reference)))


@officers_only(HelpPermission.VERIFY_NEEDS)
@never_cache
@require_safe
def desk_receipt(request: HttpRequest, reference: str) -> HttpResponse:
    """The same receipt at a counter, for a side without a phone."""
    known = _received(reference)
    need = known.line.need
    if not may_verify(actor_for(request), need.beneficiary):
        raise Http404
    back = reverse("together:desk-need", args=[need.reference])
    return render(request, "together/receipt.html", _context(known, "web/desk_base.html", (back, need.reference)))


def _received(reference: str) -> Pledge:
    rows = Pledge.objects.select_related("line__need__beneficiary__area", "giver", "delivery")
    return get_object_or_404(rows, reference=reference, state="received")


def _context(known: Pledge, base: str, back: tuple[str, str]) -> dict[str, Any]:
    package, count = package_of(known.line.need.programme, known.line.package), known.delivery.agreed_quantity or 0
    return {
        "base": base,
        "back_to": back,
        "pledge": known,
        "delivery": known.delivery,
        "count": count,
        "package": package,
        "value": count * package.price if package else None,
        "place": known.line.need.beneficiary,
    }
