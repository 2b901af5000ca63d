"""Pages of the vaccine manager: stock of the sites, movements, the ledger of a lot. Usable on a phone."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from kini.core.actors import ActionRefused, Actor
from kini.people.public import officers_only
from kini.people.queries import actor_for
from kini.people.rules import may
from kini.vaccination.campaigns.campaign_files import vaccine_of
from kini.vaccination.permissions import VaccinationPermission
from kini.vaccination.sites import stock, stock_forms, stock_report
from kini.vaccination.sites.models import Lot, Shipment, Site, Vial
from kini.vaccination.sites.stock.entries import site_scope
from kini.vaccination.sites.stock_forms import StockForm

MANAGE = VaccinationPermission.MANAGE_STOCK
ON_PAGE = 30
#: A vial without a time limit is used until it is empty; a month is long enough for every one.
NO_LIMIT_MINUTES = 30 * 24 * 60


@officers_only(MANAGE)
@require_safe
def sites(request: HttpRequest) -> HttpResponse:
    """Sites of the manager with their doses, by name; those that are short of booked doses first."""
    actor, typed = actor_for(request), request.GET.get("q", "").strip()[:60]
    rows = [each for each in stock_report.site_rows(typed) if may(actor, MANAGE, site_scope(each.site))]
    page = Paginator(rows, ON_PAGE).get_page(request.GET.get("page"))
    return render(request, "vaccination/stock_sites.html", {"page": page, "typed": typed})


@officers_only(MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def site(request: HttpRequest, site: str) -> HttpResponse:
    """Stock of a site by lot, opened vials, promised doses, and what is on the way. POST throws a vial away."""
    own = _own_site(actor_for(request), site)
    if request.method == "POST":
        vial = get_object_or_404(Vial.objects.select_related("site", "lot"), site=own, pk=request.POST.get("vial") or 0)
        stock.discard_vial(by=actor_for(request), vial=vial, reason="left-over")
        messages.success(request, _("Recorded."))
        return redirect("vaccination:desk-stock-site", own.pk)
    deeds = [
        ("count", _("Count vials")),
        ("send", _("Send")),
        ("waste", _("Write off")),
        ("quarantine", _("Too warm or too cold")),
    ]
    return render(request, "vaccination/stock_site.html", {"report": stock_report.site_report(own), "deeds": deeds})


@officers_only(MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def receive(request: HttpRequest, site: str) -> HttpResponse:
    """Delivery from outside."""
    own = _own_site(actor_for(request), site)

    def write(by: Actor, data: dict[str, Any]) -> None:
        known = vaccine_of(data["vaccine"])
        lot = stock.record_lot(
            by=by,
            site=own,
            vaccine=data["vaccine"],
            number=data["lot"].strip().upper(),
            expires_on=data["expires_on"],
            vial_ul=known.vial_ul,
            open_minutes=known.open_minutes or NO_LIMIT_MINUTES,
        )
        stock.receive(by=by, site=own, lot=lot, vials=data["vials"], key=data["key"])

    return _form(request, own, stock_forms.ReceiveForm, _("Record a delivery"), write)


#: Movements of a lot at a site: form, heading, and action.
_DEEDS: dict[str, tuple[type[StockForm], str | Promise]] = {
    "send": (stock_forms.SendForm, gettext_lazy("Send to another site")),
    "count": (stock_forms.CountForm, gettext_lazy("Count vials")),
    "waste": (stock_forms.WasteForm, gettext_lazy("Write vials off")),
    "quarantine": (stock_forms.ReasonForm, gettext_lazy("Temperature was out of range")),
    "end-quarantine": (stock_forms.QuarantineEndForm, gettext_lazy("Decide about the quarantine")),
}


@officers_only(MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def move(request: HttpRequest, site: str, lot: int, deed: str) -> HttpResponse:
    """A movement of a lot at a site."""
    own, known = _own_site(actor_for(request), site), get_object_or_404(Lot, pk=lot)
    if deed not in _DEEDS:
        raise Http404
    form, title = _DEEDS[deed]

    def write(by: Actor, data: dict[str, Any]) -> None:
        match deed:
            case "send":
                stock.send(by=by, site=own, to=data["to"], lot=known, vials=data["vials"], key=data["key"])
            case "count":
                reason = data["reason"]
                stock.count(by=by, site=own, lot=known, vials=data["vials"], reason=reason, key=data["key"])
            case "waste":
                reason = data["reason"]
                stock.waste(by=by, site=own, lot=known, vials=data["vials"], reason=reason, key=data["key"])
            case "quarantine":
                stock.quarantine(by=by, site=own, lots=[known], reason=data["reason"])
            case _:
                usable = data["usable"] == "yes"
                stock.end_quarantine(by=by, site=own, lot=known, usable=usable, reason=data["reason"])

    return _form(request, own, form, f"{title}: {stock_report.lot_name(known)}", write)


@officers_only(MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def shipment(request: HttpRequest, number: int) -> HttpResponse:
    """Vials on the way to a site: count them in."""
    related = Shipment.objects.select_related("lot", "sender", "receiver__area")
    known = get_object_or_404(related, pk=number, arrived_at=None)
    own = _own_site(actor_for(request), known.receiver_id)

    def write(by: Actor, data: dict[str, Any]) -> None:
        stock.count_in(by=by, shipment=known, vials=data["vials"], reason=data["reason"])

    title = _("%(number)d vials from %(site)s: %(lot)s") % {
        "number": known.vials,
        "site": known.sender.name,
        "lot": stock_report.lot_name(known.lot),
    }
    return _form(request, own, stock_forms.ArrivalForm, title, write, vials=known.vials)


@officers_only(MANAGE)
@require_safe
def lot(request: HttpRequest, lot: int) -> HttpResponse:
    """Ledger of one lot: every movement at the manager's sites, the newest first, and where it is now."""
    known, actor = get_object_or_404(Lot, pk=lot), actor_for(request)
    own = {each.pk for each in Site.objects.select_related("area") if may(actor, MANAGE, site_scope(each))}
    page = Paginator(stock_report.lot_entries(known), ON_PAGE).get_page(request.GET.get("page"))
    context = {
        "lot": known,
        "name": stock_report.lot_name(known),
        "sites": [
            (site, stock_report.amount_of(known, ul)) for site, ul in stock_report.lot_places(known) if site.pk in own
        ],
        "page": page,
        "lines": [line for entry in page.object_list for line in stock_report.entry_lines(entry, known, own)],
    }
    return render(request, "vaccination/stock_lot.html", context)


@officers_only(MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def recall(request: HttpRequest, lot: int) -> HttpResponse:
    """Recall of a lot everywhere."""
    known = get_object_or_404(Lot, pk=lot)

    def write(by: Actor, data: dict[str, Any]) -> None:
        stock.recall(by=by, lot=known, reason=data["reason"])

    title = _("Recall lot %(lot)s everywhere") % {"lot": stock_report.lot_name(known)}
    return _form(request, None, stock_forms.ReasonForm, title, write)


def _own_site(actor: Actor, key: str) -> Site:
    found = Site.objects.select_related("area", "facility", "place").filter(pk=key).first()
    if found is None or not may(actor, MANAGE, site_scope(found)):
        raise Http404
    return found


def _form(
    request: HttpRequest,
    site: Site | None,
    form_class: type[StockForm],
    title: str,
    write: Callable[[Actor, dict[str, Any]], None],
    **initial: Any,
) -> HttpResponse:
    """Show a form, and write what was typed; a refusal is shown above it and nothing typed is lost."""
    form = form_class(request.POST or None, initial=initial)
    refusal = ""
    if request.method == "POST" and form.is_valid():
        try:
            write(actor_for(request), form.cleaned_data)
        except ActionRefused as error:
            refusal = str(error)
        else:
            messages.success(request, _("Recorded."))
            return redirect("vaccination:desk-stock-site", site.pk) if site else redirect("vaccination:desk-stock")
    first = next(name for name in form.fields if name != "key")
    errors = [(form[name].id_for_label, each[0]) for name, each in form.errors.items() if name != "key"]
    errors += [(form[first].id_for_label, refusal)] if refusal else []
    context = {"site": site, "form": form, "title": title, "errors": errors}
    return render(request, "vaccination/stock_form.html", context, status=422 if errors else 200)
