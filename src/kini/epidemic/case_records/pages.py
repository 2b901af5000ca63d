"""Pages for the person concerned: the records about oneself, and saying that one is wrong."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from kini.epidemic.case_records import actions, labels, queries
from kini.epidemic.case_records.models import CaseRecord, LabTest
from kini.people import queries as people_queries
from kini.people.models import Resident
from kini.people.public import details_of
from kini.people.queries import actor_for
from kini.records.public import dispute_page


@never_cache
@login_required
@require_safe
def own_records(request: HttpRequest) -> HttpResponse:
    """List the records and tests about oneself and family members without an account."""
    resident = _resident(request)
    ids = people_queries.own_person_ids(resident) if resident else []
    own = queries.standing().filter(person__in=ids).select_related("person__resident", "facility")
    tests = LabTest.objects.filter(person__in=ids, case=None).order_by("-specimen_on", "-pk")
    context = {
        "records": [_view(each, resident) for each in own.order_by("-reported_on", "-pk")],
        "tests": [(each, labels.disease_name(each.disease), _test(each)) for each in tests],
    }
    return render(request, "epidemic/own_records.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def dispute(request: HttpRequest, reference: str) -> HttpResponse:
    """Say what is wrong in a record about oneself."""
    resident = _resident(request)
    ids = people_queries.own_person_ids(resident) if resident else []
    case = queries.standing().filter(reference=reference, person__in=ids).first()
    if case is None or resident is None:
        raise Http404
    return dispute_page(
        request,
        file=lambda words: actions.dispute_case(by=actor_for(request), case=case, resident=resident, words=words),
        back=("epidemic:own-records", _("Illnesses that are notified")),
        about=labels.disease_name(case.disease),
        reference=case.reference,
        hint=_("An officer compares it and answers you. The earlier version stays in the history."),
    )


def _resident(request: HttpRequest) -> Resident | None:
    return Resident.objects.filter(user=request.user.pk or 0).first()


def _test(test: LabTest) -> str:
    return f"{labels.test_name(test)}: {labels.result_name(test.result)}"


def _view(case: CaseRecord, resident: Resident | None) -> dict[str, object]:
    return {
        "case": case,
        "whose": "" if resident and case.person_id == resident.person_id else details_of(case.person).name,
        "disease": labels.disease_name(case.disease),
        "classification": labels.classification_label(case.classification),
        "symptoms": ", ".join(labels.symptom_names(case)),
        "outcome": labels.outcome_name(case),
        "history": [
            (each, labels.classification_label(each.classification), labels.reason_of(each))
            for each in case.classification_changes.order_by("-pk")
        ],
        "tests": [(each, _test(each)) for each in case.lab_tests.order_by("-specimen_on", "-pk")],
        "disputes": case.disputes.order_by("-pk"),
    }
