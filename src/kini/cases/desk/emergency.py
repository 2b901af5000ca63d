"""Case page for an officer who opened the case in an emergency: to read, without steps, files and hidden answers."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from kini.cases.case_view import case_view
from kini.cases.desk.case_content import group_answers
from kini.cases.models import Case
from kini.people.public import access_purposes, officers_only
from kini.people.queries import actor_for
from kini.records import queries as record_queries
from kini.records.public import RecordPermission, require_read
from kini.records.rules import Door


@officers_only(RecordPermission.BREAK_GLASS)
@require_safe
def emergency_case(request: HttpRequest, reference: str) -> HttpResponse:
    """Show a case while its emergency access lasts; officers who see it anyway are sent to its usual page."""
    actor = actor_for(request)
    related = ("version", "area", "agency", "resident")
    case = Case.objects.select_related(*related).defer("version__content", "search").filter(reference=reference).first()
    opened = record_queries.open_accesses(actor).filter(record_type="case", record_id=case.pk).first() if case else None
    if case is None or opened is None:
        raise Http404
    if require_read(actor, case, access_purposes.CASEWORK) is not Door.BREAK_GLASS:
        return redirect("cases:desk-case", case.reference)
    view = case_view(actor, case, desk=True)
    context = {
        "case": case,
        "view": view,
        "opened": opened,
        "person": None if view.private else case.resident,
        "answers": group_answers(view.sections),
        "lines": [line for line in view.lines[::-1] if line.public],
    }
    return render(request, "cases/desk/emergency.html", context)
