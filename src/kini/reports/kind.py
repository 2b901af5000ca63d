"""Kind `report`: a problem, its location, and proof that it was fixed."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Annotated, Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy
from pydantic import Field

from kini.cases import rules as case_rules
from kini.cases.events import CaseMoved, CaseOpened
from kini.cases.models import Attachment, Case, Draft
from kini.cases.public import answered_location, case_answers
from kini.core.actors import ActionRefused, system
from kini.core.config_messages import Fault, use_one_of
from kini.reports import actions, photo_hashes, queries, rules
from kini.services.public import Definition, Flow, Kind, Name, ServiceSnapshot, StrictModel, TemplatePart, snapshot_of
from kini.web.formats import distance

#: Answer that lets a report be public.
PUBLIC = "public"


class ReportOptions(StrictModel):
    evidence: Name | None = Field(
        default="photo", description="Input that proves the work before a report is closed; null: none is needed."
    )
    evidence_metres: Annotated[int, Field(ge=0, le=5000)] = Field(
        default=500, description="A photo of the work that says it was taken farther away is refused; 0: none is."
    )
    visibility: Name | None = Field(
        default="visibility",
        description="Choice whose answer `public` lets everybody see the report, once an officer has checked it.",
    )
    near_metres: Annotated[int, Field(ge=0, le=1000)] = Field(
        default=100, description="Public reports so near are shown before sending; 0: none."
    )
    near_closed_days: Annotated[int, Field(ge=0, le=365)] = Field(
        default=14, description="For how long closed reports are shown, too."
    )
    hand_over_hours: Annotated[int, Field(ge=1, le=1000)] = Field(
        default=6, description="Hours within which a report that no rule sends to a unit must be handed over."
    )


class Report(Kind[ReportOptions, Case, Draft]):
    """Kind of reports. Private by default: officers do not see the reporter.

    A report is closed with a photo taken after it and at its place (as far as its metadata says) and never used before.
    The reporter may dispute it where the flow allows it.
    """

    id = queries.REPORT
    label = pgettext_lazy("kind of case", "Report")
    verb = pgettext_lazy("button", "Report it")
    Options = ReportOptions
    sign_in = "optional"
    private = True
    duplicates_by = "place"
    can_be_for_family = False
    retention_years = 2
    keeps_statistics = True

    def check_flow(self, definition: Definition, flow: Flow) -> Iterable[Fault]:
        """Some step asks for the evidence, else no report could be closed."""
        if next(iter(self.check(definition)), None):
            return
        name = self.options(definition).evidence
        needs = {each for state in flow.states.values() for move in state.moves.values() for each in move.needs}
        if name and name not in needs:
            place = (self.id, "evidence") if "evidence" in definition.options_of(self.id) else ("flow",)
            message = _('no step of the flow "%(flow)s" asks for the input "%(name)s" that proves the work') % {
                "flow": definition.flow,
                "name": name,
            }
            yield Fault(place, message, use_one_of(needs, name))

    def preview(self, snapshot: ServiceSnapshot, given: dict[str, Any], draft: Draft) -> TemplatePart | None:
        """Public reports of the same service near the place, which the reporter may join instead of sending another."""
        place, options = answered_location(snapshot, given), self.options(snapshot.definition)
        if place.latitude is None or place.longitude is None or not options.near_metres:
            return None
        point, closed = (place.latitude, place.longitude), timedelta(days=options.near_closed_days)
        near = queries.near_reports(draft.version.service_id, point, metres=options.near_metres, closed=closed)
        return ("reports/near.html", {"near": near, "draft": draft}) if near else None

    def after_open(self, case: Case) -> Case:
        """Put a report that may be public into the queue of those to be checked."""
        name = self.options(snapshot_of(case.version).definition).visibility
        if name and case.latitude is not None and case_answers.of_case(case).get(name) == PUBLIC:
            actions.request_publication(by=system("reports"), case=case)
        return case

    def after_move(self, case: Case, move: str, given: dict[str, Any]) -> None:
        """Let somebody else finish a report whose reporter said that it was not solved."""
        snapshot = snapshot_of(case.version)
        name = self.options(snapshot.definition).evidence
        if name is None or not (given.get(name) or rules.is_solved(snapshot.flow, case.state)):
            return
        if not queries.was_disputed(case):
            return
        entries = list(case.timeline.all())
        if entries[-1].actor_id in rules.finishers(entries, snapshot.flow, name):
            raise ActionRefused(_("You finished this report before it was disputed. Somebody else must finish it now."))

    def validate_move(self, case: Case, move: str, given: dict[str, Any]) -> None:
        """Refuse invalid evidence, closing without evidence, and disputes that are an auditor's to decide."""
        snapshot = snapshot_of(case.version)
        dispute = rules.dispute_edge(snapshot.flow, case.state)
        if dispute and dispute.move == move:
            actions.dispute_by_step(by=system("reports"), case=case)
        name = self.options(snapshot.definition).evidence
        if name is None:
            return
        files = given[name]["files"] if isinstance(given.get(name), dict) else []
        for document in Attachment.objects.filter(pk__in=files):
            check_evidence(document, case, metres=self.options(snapshot.definition).evidence_metres)
        edge = case_rules.edge_of(snapshot.flow, case.state, move)
        closes = edge is not None and rules.is_solved(snapshot.flow, edge.to)
        if closes and not files and not rules.evidence_given(case.timeline.all(), snapshot.flow, name):
            raise ActionRefused(_("A report is closed only with a photo of the finished work."))


def may_concern_report(event: CaseOpened | CaseMoved) -> bool:
    """True unless the event is known to be about a case of another kind."""
    return event.kind in ("", Report.id)


def check_evidence(document: Attachment, case: Case, *, metres: int) -> None:
    """Refuse a photo that cannot show the finished work.

    Args:
        metres: farthest distance from the report's place; 0 for any.

    Raises:
        ActionRefused: when it is older than the report, was taken elsewhere, or was used before.
    """
    if rules.taken_too_early(document.taken_at, case.opened_at):
        raise ActionRefused(_("This photo was taken before the report. Take a new one of the finished work."))
    if rules.taken_elsewhere(document.metres_away, metres):
        raise ActionRefused(
            _("This photo was taken %(distance)s from the place of the report. Take a new one there.")
            % {"distance": distance(document.metres_away or 0)}
        )
    actions.hash_photos(by=system("reports"), case=case)
    if _used_before(document) or photo_hashes.same_picture(document):
        raise ActionRefused(_("This photo has been used before. Take a new one of the finished work."))


def _used_before(document: Attachment) -> bool:
    """Return True if the same file or picture was uploaded before."""
    same = Q(source_sha256=document.source_sha256) | Q(sha256=document.sha256)
    return Attachment.objects.filter(same).exclude(pk=document.pk).exists()
