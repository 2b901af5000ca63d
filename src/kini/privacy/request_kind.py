"""Service kind `privacy`: a person's request about their own data."""

from typing import Any, Literal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import Field

from kini.cases.models import Case, Draft
from kini.core import jobs
from kini.core.actors import NotAllowed, system
from kini.privacy import actions, queries
from kini.services.public import Kind, ServiceSnapshot, StrictModel, TemplatePart, snapshot_of

PREPARE, ERASE = "privacy.prepare_export", "privacy.erase_person"


class PrivacyOptions(StrictModel):
    request: Literal["export", "correction", "deletion", "objection"] = Field(description="Type of request.")


class PrivacyRequest(Kind[PrivacyOptions, Case, Draft]):
    """A request under data protection law (UU 27/2022, articles 5 to 13), by the data subject alone."""

    id = queries.KIND
    label = gettext_lazy("Request about personal data")
    verb = gettext_lazy("Begin")
    Options = PrivacyOptions
    can_be_for_family = False
    in_person = True
    retention_years = 3

    def preview(self, snapshot: ServiceSnapshot, answers: dict[str, Any], draft: Draft) -> TemplatePart | None:
        """Before a deletion is sent, explain what is deleted, what stays, and why."""
        if self._asks(snapshot) != "deletion" or draft.owner is None:
            return None
        queries.require_erasable(draft.owner)
        return "privacy/preview_deletion.html", queries.deletion_consequences(draft.owner)

    def after_open(self, case: Case) -> Case:
        """Start requests that need no decision."""
        if case.resident is None or case.resident.user_id is None or case.submitted_by_id != case.resident.user_id:
            raise NotAllowed(_("Only the person themselves, signed in, may ask for this."))
        request_type = self._asks(snapshot_of(case.version))
        if request_type == "export":
            jobs.enqueue(PREPARE, reference=case.reference)
        if request_type == "objection":
            actions.restrict_processing(by=system("privacy"), case=case)
        return case

    def validate_move(self, case: Case, move: str, inputs: dict[str, Any]) -> None:
        """Refuse deletion for persons on legal hold and for active officers or operators."""
        to = queries.state_after(case, move)
        if to == "deleting" and case.submitted_by:
            queries.require_erasable(case.submitted_by)

    def after_move(self, case: Case, move: str, inputs: dict[str, Any]) -> None:
        """Apply the decision."""
        request_type = self._asks(snapshot_of(case.version))
        if request_type == "deletion" and case.state == "deleting":
            jobs.enqueue(ERASE, reference=case.reference)
        if request_type == "objection" and case.closed_at:
            actions.apply_objection(by=system("privacy"), case=case)

    def _asks(self, snapshot: ServiceSnapshot) -> str:
        return str(self.options(snapshot.definition).request)
