"""Moves at the desk, with a form where inputs are needed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from kini.cases import access, actions, canned_replies, decisions, independence, rules, transition_inputs
from kini.cases.actions import StaleState
from kini.cases.desk import queue_address, undo
from kini.cases.desk.case_page import render_case_page as case_page
from kini.cases.desk.guards import after_step, case_at_desk
from kini.cases.desk.queue_counts import service_title
from kini.cases.models import Case, TimelineEntry
from kini.cases.pages import forms
from kini.cases.pages.forms import Errors
from kini.cases.permissions import CasePermission
from kini.cases.queries import batch_moves
from kini.core import current_time, upload_quotas
from kini.core.actors import ActionRefused, Actor, NotAllowed
from kini.core.files import FileRefused
from kini.people.public import officers_only
from kini.services.public import FieldBase, LongTextField, ServiceSnapshot, UploadField, snapshot_of

#: Stands for a missing `state` input; no state has this name.
UNKNOWN = "?"


@dataclass(frozen=True, slots=True)
class MoveForm:
    """Move as drawn on its page."""

    case: Case
    snapshot: ServiceSnapshot
    edge: rules.Edge

    @property
    def fields(self) -> dict[str, FieldBase]:
        return transition_inputs.input_fields(self.snapshot, self.edge)

    @property
    def label(self) -> str:
        return rules.move_label(self.edge, self.snapshot.moves)

    @property
    def wording(self) -> str:
        """Name of the input with the text to the resident, if any."""
        return next((name for name, field in self.fields.items() if isinstance(field, LongTextField)), "")

    @property
    def pages(self) -> list[tuple[str, str]]:
        """Question pages that can be sent back for correction: (key, heading)."""
        if not rules.is_correctable(self.snapshot.flow, self.edge.to):
            return []
        return [(page.key, str(page.heading)) for page in self.snapshot.pages]


@officers_only(CasePermission.SEE_CASES)
@require_http_methods(["GET", "HEAD", "POST"])
def move(request: HttpRequest, reference: str, move: str) -> HttpResponse:
    """Show the form of a move; POST takes it."""
    actor, case = case_at_desk(request, reference)
    step = _offered(actor, case, move)
    if request.method == "POST":
        return _take(request, actor, case, move, step)
    if step is None:
        raise Http404
    return _draw(request, step, {}, {})


def _insert(request: HttpRequest, actor: Actor, step: MoveForm, sent: forms.SubmittedForm) -> HttpResponse:
    """Show the form again with a canned reply inserted; nothing is sent."""
    typed = transition_inputs.parse_form(step.snapshot, step.edge, sent.form).typed
    if name := step.wording:
        reply = sent.form.text("reply")
        typed[name] = canned_replies.append_reply(actor, step.case, reply, str(typed.get(name) or ""))
    return _draw(request, step, typed, {})


def _offered(actor: Actor, case: Case, move: str) -> MoveForm | None:
    """Return the move if the officer may take it now.

    Raises:
        NotAllowed: the move belongs to another role, or to somebody who took no earlier step.
    """
    snapshot = snapshot_of(case.version)
    edge = rules.edge_of(snapshot.flow, case.state, move)
    if edge is None or not rules.is_in_time(edge, case.closed_at, current_time.now()):
        return None
    if edge.by == rules.SYSTEM or edge.by not in access.case_roles(actor, case):
        raise NotAllowed(_("This step belongs to somebody else."))
    independence.require_independent(actor, case, edge, snapshot)
    return MoveForm(case, snapshot, edge)


def _take(request: HttpRequest, actor: Actor, case: Case, move: str, step: MoveForm | None) -> HttpResponse:
    sent = forms.read_form(request)
    shown = sent.form.text("state") or UNKNOWN
    if batch_moves.scheduled_move(actor, case) == move or (
        shown != case.state and _was_taken(actor, case, move, shown)
    ):
        return after_step(request, case.reference)
    if step is None or shown != case.state:
        return _gone(request, actor, case, shown, sent.form.data)
    if "insert" in sent.form.data:
        return _insert(request, actor, step, sent)
    inputs = transition_inputs.parse_form(step.snapshot, step.edge, sent.form)
    errors = inputs.errors | forms.unreadable_errors(sent, step.fields)
    if errors:
        return _draw(request, step, inputs.typed, errors)
    try:
        upload_quotas.count_uploads(request, transition_inputs.uploads_in(inputs.values), user=actor.user_id)
        if decisions.can_be_taken_back(case, step.snapshot, step.edge):
            query = queue_address.origin_queue(request).query if queue_address.back_query(request) else ""
            batch = actions.schedule_move(
                by=actor, case=case, move=move, values=inputs.values, expected_state=shown, query=query
            )
            undo.remember_decision(request, batch)
            return after_step(request, case.reference)
        moved = actions.move(by=actor, case=case, move=move, values=inputs.values, expected_state=shown)
    except NotAllowed:
        raise
    except StaleState:
        return _gone(request, *case_at_desk(request, case.reference), shown, sent.form.data)
    except ActionRefused as refusal:
        return _draw(request, step, inputs.typed, {_where(step, refusal): str(refusal)})
    name = step.snapshot.flow.states[moved.state].name
    messages.success(request, _("%(reference)s: now “%(step)s”.") % {"reference": case.reference, "step": name})
    return after_step(request, case.reference)


def _was_taken(actor: Actor, case: Case, move: str, shown: str) -> bool:
    """Return True if the same form was submitted before."""
    last = TimelineEntry.objects.filter(case=case).exclude(to_state="").order_by("-number").first()
    return last is not None and (last.move, last.from_state, last.actor_id) == (move, shown, actor.user_id)


def _gone(request: HttpRequest, actor: Actor, case: Case, shown: str, data: Mapping[str, str]) -> HttpResponse:
    """Show the current case and the typed text when the move is no longer possible."""
    message = _("This step is not possible now. Check the case again.")
    if shown != case.state:
        message = _("This case has changed in the meantime. Check it before you continue.")
    known = snapshot_of(case.version).inputs
    unsent = [(str(known[name].label), data[name]) for name in known if data.get(name)]
    return case_page(request, actor, case, errors=[("", message)], unsent=unsent, status=409)


def _where(step: MoveForm, refusal: ActionRefused) -> str:
    """Input that a refusal refers to: the only upload, if it was about a file."""
    uploads = [name for name, field in step.fields.items() if isinstance(field, UploadField)]
    return uploads[0] if isinstance(refusal, FileRefused) and len(uploads) == 1 else ""


def _draw(request: HttpRequest, step: MoveForm, typed: Mapping[str, Any], errors: Errors) -> HttpResponse:
    context = {
        "case": step.case,
        "title": service_title(step.snapshot),
        "step": step,
        "inputs": forms.render_fields(step.fields, typed, errors),
        "errors": forms.error_summary(step.fields, errors),
        "multipart": forms.has_uploads(step.fields.values()),
        "ticked": typed.get(transition_inputs.PAGES_TO_CORRECT) or [],
        "replies": list(canned_replies.replies_for(step.case)) if step.wording else [],
        "trail": queue_address.back_query(request),
        "paper": decisions.paper_path(step.case, step.snapshot, step.edge),
        "seconds": actions.UNDO_SECONDS if decisions.can_be_taken_back(step.case, step.snapshot, step.edge) else 0,
        "leads_to": step.snapshot.flow.states[step.edge.to].name,
    }
    return render(request, "cases/desk/move.html", context, status=422 if errors else 200)
