"""Desk of coordinators: what is held, why, by whom and until when; release and refuse."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from kini.core import current_time
from kini.core.actors import Actor
from kini.people.public import officers_only
from kini.people.queries import actor_for, officer_names
from kini.people.rules import may_in_area
from kini.together.form_page import FormPage, answer_form
from kini.together.forms import ReasonForm
from kini.together.fraud_holds import actions, queries
from kini.together.fraud_holds.labels import RULES, SHOWN, STATES, numbers
from kini.together.fraud_holds.notifications import number_of
from kini.together.models import FraudHold
from kini.together.permissions import HelpPermission
from kini.together.programmes import package_of
from kini.web import formats

MANAGE = HelpPermission.MANAGE_GIVERS
LONGEST_LIST, ENDED = 100, 20


@officers_only(MANAGE)
@require_safe
def holds(request: HttpRequest) -> HttpResponse:
    """Open holds, the most urgent first, and what was decided lately."""
    by = actor_for(request)
    shown = [each for each in queries.open_holds()[: 2 * LONGEST_LIST] if _may_see(by, each)][:LONGEST_LIST]
    ended = [each for each in queries.ended_holds()[: 2 * ENDED] if _may_see(by, each)][:ENDED]
    people = (each for hold in (*shown, *ended) for each in (hold.owner_id, hold.decided_by_id, hold.approved_by_id))
    names = officer_names(people)
    context = {"open": [_row(each, names) for each in shown], "ended": [_row(each, names) for each in ended]}
    return render(request, "together/fraud_holds/desk.html", context)


def _may_see(by: Actor, hold: FraudHold) -> bool:
    path = queries.area_path(hold)
    return not path or may_in_area(by, MANAGE, path)


def _row(hold: FraudHold, names: dict[int, str]) -> dict[str, Any]:
    label, tone = STATES[hold.state]
    _apart, giver = queries.sides(hold)
    return {
        "hold": hold,
        "number": number_of(hold),
        "about": _about(hold),
        "giver": giver.name or _("Resident"),
        "rule": RULES[hold.rule],
        "show": SHOWN[hold.rule],
        "numbers": numbers(hold),
        "late": hold.escalated_at is not None,
        "over": hold.due_at <= current_time.now(),
        "owner": names.get(hold.owner_id or 0, ""),
        "approved": names.get(hold.approved_by_id or 0, ""),
        "decided": names.get(hold.decided_by_id or 0, ""),
        "state": label,
        "tone": tone,
    }


def _about(hold: FraudHold) -> str:
    """Words for the pledge, gift or payout that is held."""
    if hold.pledge:
        need = hold.pledge.line.need
        package = package_of(need.programme, hold.pledge.line.package)
        name = package.name if package else hold.pledge.line.package
        return f"{hold.pledge.quantity} × {name}, {need.beneficiary.name}, {need.beneficiary.area.name}"
    if hold.gift:
        return _("Gift of %(amount)s for %(pool)s") % {
            "amount": formats.money(hold.gift.amount),
            "pool": hold.gift.pool.name,
        }
    assert hold.payout
    words = {"amount": formats.money(hold.payout.amount), "pool": hold.payout.pool.name}
    return _("Payout of %(amount)s from %(pool)s") % words


@officers_only(MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def hold_deed(request: HttpRequest, number: int, deed: str) -> HttpResponse:
    """Release or refuse what is held, with a reason."""
    known = get_object_or_404(queries.open_holds(), pk=number)
    if deed not in ("release", "refuse") or not _may_see(actor_for(request), known):
        raise Http404
    back = reverse("together:desk-holds")

    def write(by: Actor, data: dict[str, Any]) -> str:
        decide = actions.release_hold if deed == "release" else actions.refuse_hold
        decide(by=by, hold=known, reason=data["reason"])
        return back

    title, button = (_("Release"), _("Release")) if deed == "release" else (_("Refuse"), _("Refuse"))
    lead = f"{_about(known)}. {RULES[known.rule]}."
    if deed == "release" and known.payout_id and known.approved_by_id is None:
        lead = f"{lead} {_('Money leaves the pool, so a second officer releases it after you.')}"
    page = FormPage(title, button, (back, _("Held for a check")), lead, "web/desk_base.html")
    return answer_form(request, page, ReasonForm(request.POST or None), write)
