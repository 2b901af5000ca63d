"""Pages of certificates: those of one's household; trust list, revocations and the gatekeepers' page for everybody."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_POST, require_safe

from kini.city.public import pack
from kini.core import current_time
from kini.core.actors import ActionRefused
from kini.documents.public import typesetting
from kini.people.models import Resident
from kini.people.queries import actor_for
from kini.vaccination.campaigns.campaign_files import vaccine_name
from kini.vaccination.certificates import actions, code_picture, publication, queries
from kini.vaccination.certificates.models import Certificate
from kini.vaccination.certificates.verdict_sentences import REASONS, VALID
from kini.vaccination.doses.models import Dose
from kini.web import formats
from kini.web.downloads import as_attachment
from kini.web.page_cache import cache_for_anonymous

PAPER = "health-certificate"
SCRIPTS = ("certlogic", "verifier", "gatekeeper")


@login_required
@never_cache
@require_safe
def certificates(request: HttpRequest) -> HttpResponse:
    """Certificates of the household of an account."""
    return _list(request)


def _list(request: HttpRequest, error: str = "") -> HttpResponse:
    user = actor_for(request).user_id
    holders = queries.holders(user)
    proved = bool(holders) or not Resident.objects.filter(user=user).exists()
    context = {"holders": holders, "proved": proved, "error": error}
    return render(request, "vaccination/certificates.html", context, status=422 if error else 200)


@login_required
@never_cache
@require_POST
def issue(request: HttpRequest, reference: str) -> HttpResponse:
    """Issue the certificate of an own dose."""
    by = actor_for(request)
    try:
        actions.issue_certificate(by=by, dose=_own_dose(request, reference))
    except ActionRefused as refusal:
        return _list(request, str(refusal))
    return redirect("vaccination:certificate", reference)


@login_required
@never_cache
@require_safe
def certificate(request: HttpRequest, reference: str) -> HttpResponse:
    """One certificate with its code."""
    dose, current = _own_certificate(request, reference)
    context = {
        "dose": dose,
        "certificate": current,
        "code": code_picture.svg(current.code),
        "vaccine": vaccine_name(dose.vaccine),
    }
    return render(request, "vaccination/certificate.html", context)


@login_required
@never_cache
@require_safe
def certificate_file(request: HttpRequest, reference: str) -> HttpResponse:
    """One certificate as PDF; it is made for this response and stored nowhere."""
    dose, current = _own_certificate(request, reference)
    data = _paper(dose, current)
    pdf = typesetting.render_pdf(pack.current().root, PAPER, data, current_time.now())
    return as_attachment(HttpResponse(pdf, content_type="application/pdf"), f"{dose.reference}.pdf")


def _own_dose(request: HttpRequest, reference: str) -> Dose:
    try:
        return queries.own_dose(actor_for(request), reference)
    except Dose.DoesNotExist:
        raise Http404 from None


def _own_certificate(request: HttpRequest, reference: str) -> tuple[Dose, Certificate]:
    """An own dose and its certificate in force; the look is logged."""
    dose = _own_dose(request, reference)
    current = queries.usable_certificates().filter(dose=dose).first()
    if current is None:
        raise Http404
    current.dose = dose
    actions.log_look(by=actor_for(request), certificate=current)
    return dose, current


def _paper(dose: Dose, current: Certificate) -> dict[str, Any]:
    language = get_language() or pack.current().languages[0]
    person = queries.details(dose)
    rows = [
        (_("Name"), person.name),
        (_("Date of birth"), formats.day(person.birth_date) if person.birth_date else ""),
        (_("Vaccine"), vaccine_name(dose.vaccine)),
        (_("Dose"), str(dose.number)),
        (_("Day"), formats.day(dose.given_on)),
        (_("Issued by"), str(dose.agency.title)),
        (_("Valid until"), formats.day(current.expires_at)),
        (_("Number"), current.identifier),
    ]
    return typesetting.layout_data(typesetting.brand_colour(), language) | {
        "title": _("Certificate of vaccination"),
        "agency": str(dose.agency.title),
        "city": str(pack.current().name),
        "number": dose.reference,
        "address": current.code,
        "rows": [{"label": label, "text": text} for label, text in rows],
        "labels": {
            "qr": _("QR code of the certificate"),
            "how": _("Show this code where a certificate is asked for. It is checked without a network."),
        },
    }


@require_safe
@cache_control(public=True, max_age=300)
def trust_list(request: HttpRequest) -> JsonResponse:
    """Keys of the city's certificates as DID document."""
    return JsonResponse(publication.did_document())


@require_safe
@cache_control(public=True, max_age=300)
def key_set(request: HttpRequest) -> JsonResponse:
    """Keys of the city's certificates as JSON Web Key Set."""
    return JsonResponse(publication.key_set())


@require_safe
@cache_control(public=True, max_age=300)
def revocations(request: HttpRequest) -> JsonResponse:
    """Hashes of the city's revoked certificates."""
    return JsonResponse(publication.revocation_list())


@require_safe
@cache_control(public=True, max_age=60)
def verifier_lists(request: HttpRequest) -> JsonResponse:
    """Keys, revocations and rules for the page of gatekeepers."""
    return JsonResponse(publication.verifier_lists())


@require_safe
@cache_for_anonymous
def gatekeeper(request: HttpRequest) -> HttpResponse:
    """Page of gatekeepers. Certificates are verified by its scripts, so that no server learns of them."""
    context = {
        "scripts": [f"vaccination/{name}.js" for name in SCRIPTS],
        "words": {"valid": str(VALID), **{reason.value: str(text) for reason, text in REASONS.items()}},
    }
    return render(request, "vaccination/gatekeeper.html", context)
