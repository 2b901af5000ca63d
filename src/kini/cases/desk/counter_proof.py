"""Identity proof at a counter: check, before a case begins, that the profile belongs to the person present.

Numbers can be guessed, and many have leaked. No application is started for an unproven profile that an account can
read: the officer compares, then proves the profile or gives the person one of their own.
"""

from collections.abc import Mapping

from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kini.cases import case_answers, read_log
from kini.cases.desk.queue_address import clean_query_text
from kini.cases.models import Case
from kini.cases.pages import forms
from kini.cases.pages.forms import posted_text
from kini.city.public import pack
from kini.core import references
from kini.core.actors import ActionRefused, Actor, NotAllowed
from kini.people import actions as people_actions
from kini.people import rules
from kini.people.actions import Details
from kini.people.models import Assurance, AssuranceChange, Resident
from kini.people.public import (
    PeoplePermission,
    ProfileForm,
    assurance,
    assurance_levels,
    configured_register,
    officers_only,
    profile_values,
)
from kini.people.queries import actor_for
from kini.people.rules import NationalId
from kini.services.public import InvalidAnswer, PhoneField, area_options
from kini.services.public import catalogue as catalogues
from kini.web.redirects import SeeOther

SALT = "cases.counter"
#: Seconds for which the signed URL of the person is valid.
PATIENCE = 4 * 60 * 60
#: Inputs in the order of the page.
INPUTS = ("whose", "document", "card", "name", "phone", "address", "area", "reason", "register", "dispute")


def address_of(actor: Actor, resident: Resident) -> str:
    """URL on which this officer continues for the person, signed and limited in time."""
    mark = signing.dumps([actor.user_id, resident.pk], salt=SALT)
    return f"{reverse('cases:desk-apply')}?{urlencode({'person': mark})}"


def at_counter(actor: Actor, mark: str) -> Resident:
    """Return the person at this officer's counter from the signed URL.

    Raises:
        Http404: when nobody does (any more).
    """
    try:
        officer, resident = signing.loads(mark, salt=SALT, max_age=PATIENCE)
    except (signing.BadSignature, ValueError, TypeError):
        raise Http404 from None
    person = Resident.objects.select_related("area").filter(pk=resident).first()
    if officer != actor.user_id or person is None:
        raise Http404
    return person


def phone_of(request: HttpRequest) -> tuple[str, str]:
    """Return the person's phone number in stored form, and its error if any."""
    field = PhoneField.model_validate({"label": _("Phone"), "optional": True})
    try:
        return field.parse("phone", forms.read_form(request).form) or "", ""
    except InvalidAnswer as wrong:
        return "", str(wrong)


def proof_page(
    request: HttpRequest, resident: Resident, mark: str, problems: Mapping[str, str] | None = None
) -> HttpResponse:
    """Show the profile, its account and the options."""
    read_log.log_person(actor_for(request), resident)
    number = profile_values.profile_value(resident, "national_id")
    context = {
        "resident": resident,
        "number": profile_values.mask_number(number) if number else "",
        "level": assurance_levels.level_label(resident.assurance),
        "accounts": assurance.account_hints(resident),
        "family": resident.user_id is None,
        "mark": mark,
        "documents": assurance.document_choices(),
        "asks": configured_register() is not None,
        "proved": resident.assurance > Assurance.TYPED,
        "typed": {name: posted_text(request, name) for name in INPUTS},
        "areas": area_options(None, posted_text(request, "area")),
        "errors": list((problems or {}).items()),
        "wrong": problems or {},
    }
    return render(request, "cases/desk/unproved.html", context, status=422 if problems else 200)


@officers_only(PeoplePermission.APPLY_FOR_OTHERS)
@require_POST
def prove(request: HttpRequest) -> HttpResponse:
    """Prove the profile or create one of the person's own, then continue to the choice of service."""
    actor, mark = actor_for(request), clean_query_text(request.POST.get("person", ""))
    resident = at_counter(actor, mark)
    form = ProfileForm(request.POST)
    phone, wrong_phone = phone_of(request)
    problems = _problems(request, form) | ({"phone": wrong_phone} if wrong_phone else {})
    if problems:
        return proof_page(request, resident, mark, problems)
    try:
        return SeeOther(address_of(actor, _proved(request, actor, resident, form, phone)))
    except NotAllowed:
        raise
    except ActionRefused as refusal:
        return proof_page(request, resident, mark, {"reason": str(refusal)})


def _problems(request: HttpRequest, form: ProfileForm) -> dict[str, str]:
    """Missing and invalid inputs by name, in the order of the page."""
    problems = {}
    if request.POST.get("whose") not in ("theirs", "other"):
        problems["whose"] = _("Choose whose profile it is.")
    if request.POST.get("document") not in dict(assurance.document_choices()):
        problems["document"] = _("Choose which document the person showed.")
    if "card" not in request.POST:
        problems["card"] = _("Continue only if the document is in front of you and the person on it is here.")
    problems |= {name: str(form.errors[name][0]) for name in ("name", "address", "area") if name in form.errors}
    return problems


def _proved(request: HttpRequest, actor: Actor, resident: Resident, form: ProfileForm, phone: str) -> Resident:
    """Return the profile with which the officer continues."""
    proved = _settled(request, actor, resident, form, phone)
    if "register" in request.POST and configured_register() is not None and (number := number_of(proved)):
        agreed = _("The person agreed at the counter that the civil register is asked.")
        people_actions.ask_register(by=actor, resident=proved, number=number, name=proved.name, consent=agreed)
    return proved


def number_of(resident: Resident) -> NationalId | None:
    """Number of a profile in normalised form."""
    number = profile_values.profile_value(resident, "national_id")
    return rules.parse_national_id(number, pack.current().national_id, timezone.localdate()) if number else None


def _settled(request: HttpRequest, actor: Actor, resident: Resident, form: ProfileForm, phone: str) -> Resident:
    """Return the existing profile, now proved, or another one that has its number."""
    document, reason, name = request.POST["document"], request.POST.get("reason", ""), form.cleaned_data["name"]
    if request.POST["whose"] == "theirs":
        return people_actions.prove_at_counter(by=actor, resident=resident, document=document, reason=reason, name=name)
    details = Details(
        name=name,
        number=number_of(resident),
        address=form.cleaned_data.get("address", ""),
        area=form.cleaned_data.get("area"),
    )
    dispute = _decided(request, profile_values.profile_value(resident, "national_id"))
    return people_actions.reassign_number(
        by=actor, holder=resident, details=details, phone=phone, document=document, reason=reason, dispute=dispute
    )


def _decided(request: HttpRequest, number: str) -> str:
    """Reference of the dispute that gave this number to the person present; empty if none was named.

    Raises:
        ActionRefused: when it is no dispute about this number that was decided so, or was used before.
    """
    typed = posted_text(request, "dispute")
    if not typed:
        return ""
    read, service = references.parse(pack.current().reference_prefix, typed), catalogues.current().identity_dispute
    case = Case.objects.select_related("version").filter(reference=read or "", service_id=service).first()
    if case is None or case.outcome != "granted" or number not in case_answers.of_case(case).values():
        raise ActionRefused(_("No dispute with that reference was decided for this person."))
    if AssuranceChange.objects.filter(dispute=case.reference).exists():
        raise ActionRefused(_("This decision was carried out already."))
    return str(case.reference)
