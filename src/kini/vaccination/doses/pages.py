"""Pages of a resident: own doses and those of family members without an account, and saying that one is wrong."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from kini.people import queries as people_queries
from kini.people.models import Resident
from kini.people.public import details_of
from kini.people.queries import actor_for
from kini.records.public import dispute_page
from kini.vaccination.campaigns.campaign_files import campaign_name, vaccine_name
from kini.vaccination.doses import actions
from kini.vaccination.doses.models import Dose, DoseDispute
from kini.web import formats


@never_cache
@login_required
@require_safe
def own_doses(request: HttpRequest) -> HttpResponse:
    """List the doses of oneself and of family members without an account, with what was said about them."""
    resident = Resident.objects.filter(user=request.user.pk or 0).first()
    ids = people_queries.own_person_ids(resident) if resident else []
    rows = Dose.objects.filter(person__in=ids).exclude(state="entered-in-error")
    rows = rows.select_related("person__resident", "site", "lot").prefetch_related("disputes")
    answered = DoseDispute.objects.filter(filed_by=request.user.pk or 0).exclude(decision="").exclude(dose__in=rows)
    context = {
        "doses": [_view(each, resident) for each in rows.order_by("-given_on", "-pk")],
        "answered": answered.select_related("dose").order_by("-decided_at"),
    }
    return render(request, "vaccination/own_doses.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def dispute(request: HttpRequest, reference: str) -> HttpResponse:
    """Say what is wrong with a dose in one's record."""
    resident = Resident.objects.filter(user=request.user.pk or 0).first()
    ids = people_queries.own_person_ids(resident) if resident else []
    dose = Dose.objects.filter(reference=reference, person__in=ids).first()
    if dose is None or resident is None:
        raise Http404
    return dispute_page(
        request,
        file=lambda words: actions.dispute(by=actor_for(request), dose=dose, resident=resident, words=words),
        back=("vaccination:own-doses", _("My vaccinations")),
        about=f"{vaccine_name(dose.vaccine)}, {formats.day_long(dose.given_on)}",
        reference=dose.reference,
        hint=_("For example: I was not vaccinated on that day. An officer compares it with the lists and answers you."),
    )


def _view(dose: Dose, resident: Resident | None) -> dict[str, object]:
    return {
        "dose": dose,
        "whose": "" if resident and dose.person_id == resident.person_id else details_of(dose.person).name,
        "vaccine": vaccine_name(dose.vaccine),
        "campaign": campaign_name(dose.campaign),
        "place": dose.site.name if dose.site else dose.elsewhere,
        "lot": dose.lot.number if dose.lot else dose.lot_number,
        "disputes": sorted(dose.disputes.all(), key=lambda each: each.filed_at),
    }
