"""Kind `report`: a problem, its location, and proof that it was fixed."""

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy
from pydantic import Field

from kini.cases import rules as case_rules
from kini.cases.models import Attachment, Case, Draft
from kini.core.actors import ActionRefused
from kini.reports import rules
from kini.services.public import Kind, Name, StrictModel, snapshot_of


class ReportOptions(StrictModel):
    evidence: Name | None = Field(
        default="photo", description="Input that proves the work before a report is closed; null: none is needed."
    )


class Report(Kind[ReportOptions, Case, Draft]):
    """Kind of reports. Private by default: officers do not see the reporter.

    A report is closed with a photo taken after it (as far as its metadata says) and never used before. The reporter may
    dispute it where the flow allows it.
    """

    id = "report"
    label = pgettext_lazy("kind of case", "Report")
    verb = pgettext_lazy("button", "Report it")
    Options = ReportOptions
    sign_in = "optional"
    private = True
    duplicates_by = "place"
    can_be_for_family = False
    retention_years = 2
    keeps_statistics = True

    def validate_move(self, case: Case, move: str, given: dict[str, Any]) -> None:
        """Refuse invalid evidence, and closing without evidence."""
        snapshot = snapshot_of(case.version)
        name = self.options(snapshot.definition).evidence
        if name is None:
            return
        files = given[name]["files"] if isinstance(given.get(name), dict) else []
        for document in Attachment.objects.filter(pk__in=files):
            check_evidence(document, case)
        edge = case_rules.edge_of(snapshot.flow, case.state, move)
        closes = edge is not None and rules.is_solved(snapshot.flow, edge.to)
        if closes and not files and not rules.evidence_given(case.timeline.all(), snapshot.flow, name):
            raise ActionRefused(_("A report is closed only with a photo of the finished work."))


def check_evidence(document: Attachment, case: Case) -> None:
    """Refuse a photo that cannot show the finished work.

    Raises:
        ActionRefused: when it is older than the report, or was used before.
    """
    if rules.taken_too_early(document.taken_at, case.opened_at):
        raise ActionRefused(_("This photo was taken before the report. Take a new one of the finished work."))
    if _used_before(document):
        raise ActionRefused(_("This photo has been used before. Take a new one of the finished work."))


def _used_before(document: Attachment) -> bool:
    """Return True if the same file or picture was uploaded before."""
    same = Q(source_sha256=document.source_sha256) | Q(sha256=document.sha256)
    return Attachment.objects.filter(same).exclude(pk=document.pk).exists()
