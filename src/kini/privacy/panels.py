"""Panels on case pages: download of an export, and for officers the restriction of processing."""

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from kini.cases.case_view import CaseView
from kini.privacy import queries


def export_panel(request: HttpRequest, view: CaseView) -> SafeString | None:
    """Link to download the export, until it expires."""
    if view.case.kind != queries.KIND:
        return None
    made = queries.export_of(view.case)
    if made is None or made.user_id != request.user.pk:
        return None
    return render_to_string("privacy/panels/export.html", {"made": made}, request)


def restriction_panel(request: HttpRequest, view: CaseView) -> SafeString | None:
    """Show the restriction of the person's data; on a request about data, its legal basis."""
    restriction = queries.restriction_of(view.case)
    own = view.case.kind == queries.KIND
    if restriction is None and not own:
        return None
    context = {"restriction": restriction, "own": own, "law": view.snapshot.definition.law, "case": view.case}
    return render_to_string("privacy/panels/desk.html", context, request)
