"""The letter that a step would issue, shown to the officer who decides: a picture, or a PDF with the typed inputs."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import translation
from django.views.decorators.http import require_http_methods

from kini.cases.models import Case, TimelineEntry
from kini.cases.public import CasePermission, access, case_at_desk, transition_inputs
from kini.cases.rules import Edge, edge_of
from kini.city.public import pack
from kini.core import current_time
from kini.core.actors import ActorKind, NotAllowed
from kini.documents.public import typesetting
from kini.letters import content, rules
from kini.people.public import officers_only
from kini.services.public import FormData, ServiceSnapshot, snapshot_of

CONTENT_TYPES = {"png": "image/png", "pdf": "application/pdf"}


def preview_path(case: Case, snapshot: ServiceSnapshot, edge: Edge) -> str:
    """Path of the letter that the step would issue, without its ending; "" if it issues none."""
    letter = snapshot.definition.gives.letter
    if letter is None or edge.to not in rules.issuing_states(letter, snapshot.flow):
        return ""
    return reverse("letters:preview", args=[case.reference, edge.move, "png"]).removesuffix(".png")


@officers_only(CasePermission.ACT)
@require_http_methods(["GET", "HEAD", "POST"])
def preview(request: HttpRequest, reference: str, move: str, form: str) -> HttpResponse:
    """The letter, marked as a preview; POST has the inputs of the step. Nothing is stored."""
    actor, case = case_at_desk(request, reference)
    snapshot = snapshot_of(case.version)
    edge = edge_of(snapshot.flow, case.state, move)
    if edge is None or form not in CONTENT_TYPES or not preview_path(case, snapshot, edge):
        raise Http404
    if edge.by not in access.case_roles(actor, case):
        raise NotAllowed
    inputs = transition_inputs.parse_form(snapshot, edge, FormData(request.POST, request.FILES)).values
    response = HttpResponse(_rendered(case, snapshot, edge, inputs, form), content_type=CONTENT_TYPES[form])
    response["X-Content-Type-Options"], response["Cache-Control"] = "nosniff", "no-store"
    return response


def _rendered(case: Case, snapshot: ServiceSnapshot, edge: Edge, inputs: dict[str, Any], form: str) -> bytes:
    letter = snapshot.definition.gives.letter
    assert letter is not None
    now, language = current_time.now(), content.letter_language()
    decision = TimelineEntry(actor_kind=ActorKind.OFFICER, from_state=case.state, move=edge.move)
    shown = content.build_content(case, letter, decision, now, inputs)
    with translation.override(language):
        data = typesetting.preview_data(shown, typesetting.brand_colour(), language)
    root = pack.current().root
    if form == "png":
        return typesetting.render_preview(root, letter.template, data)
    return typesetting.render_pdf(root, letter.template, data, now)
