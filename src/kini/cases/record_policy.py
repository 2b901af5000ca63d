"""Cases as sensitive records: who may read one, in an emergency too, and the consent that is given with a request."""

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from kini.cases.case_view import CaseView
from kini.cases.models import Case
from kini.cases.panels import CasePanel, case_panels
from kini.cases.permissions import CasePermission
from kini.city.public import pack
from kini.core import references
from kini.core.actors import Actor
from kini.people.public import AccessType, access_purposes
from kini.records import actions as record_actions
from kini.records import queries as record_queries
from kini.records.public import AccessPolicy, ConsentPurpose, consent_purposes, register_policy
from kini.records.rules import Doors
from kini.services.public import ServiceSnapshot, snapshot_of

REQUEST = "cases.request"


def register() -> None:
    """Register policy, purpose and panel; called once at start."""
    register_policy(
        AccessPolicy(
            name="case",
            model=Case,
            label=_("Case"),
            doors=Doors(area=CasePermission.SEE_CASES, break_glass=True),
            purposes=(access_purposes.CASEWORK,),
            access_type=AccessType.CASE,
            subject="resident_id",
            reference="reference",
            find=_find,
            url=_url,
        )
    )
    purpose = ConsentPurpose(
        REQUEST,
        _("Use of your data for a request"),
        _("I agree that my data is used for this request."),
        _("It is used for this request alone, by the agency that decides about it."),
        _("The agency then decides with what you yourself sent. It may have to refuse, or ask you for papers."),
    )
    consent_purposes.register(purpose.id, purpose)
    case_panels.register("cases-consent", CasePanel("desk", _withdrawn_panel))


def record_consent(by: Actor, case: Case, snapshot: ServiceSnapshot, final_answers: dict[str, object]) -> None:
    """Record the consents that the answers of a new case give, in the words of the service. Inside an action."""
    words = _consent_words(snapshot, final_answers)
    if words and case.resident:
        record_actions.give_first_consent(
            by=by,
            resident=case.resident,
            purpose=REQUEST,
            reference=case.reference,
            words="\n".join(words),
            evidence=case.reference,
        )


def _consent_words(snapshot: ServiceSnapshot, final_answers: dict[str, object]) -> list[str]:
    fields = snapshot.fields.items()
    return [str(field.label) for name, field in fields if field.type == "consent" and final_answers.get(name)]


def _find(number: str) -> Case | None:
    reference = references.parse(pack.current().reference_prefix, number)
    return Case.objects.filter(reference=reference).first() if reference else None


def _url(case: Case) -> str:
    return reverse("cases:desk-emergency", args=[case.reference])


def _withdrawn_panel(request: HttpRequest, view: CaseView) -> SafeString | None:
    """Tell officers that the person withdrew the consent that they gave with the request."""
    case = view.case
    if case.resident_id is None or not any(
        field.type == "consent" for field in snapshot_of(case.version).fields.values()
    ):
        return None
    newest = record_queries.newest_statement(case.resident_id, REQUEST, case.reference)
    if newest is None or newest.last_day is not None:
        return None
    return render_to_string("cases/panels/consent_withdrawn.html", {"withdrawn": newest}, request)
