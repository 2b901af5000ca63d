"""Decisions: steps that answer what a resident asked. The desk shows their paper first and lets them be taken back."""

from collections.abc import Callable

from kini.cases import transition_inputs
from kini.cases.models import Case
from kini.cases.rules import Edge
from kini.core.registry import Registry
from kini.services.public import ServiceSnapshot, UploadField

#: Outcomes of cases that were decided. "solved" is work that was done, where nobody should wait.
DECIDED = frozenset({"granted", "refused"})
#: Path of the paper that a step issues, as it would be, without its ending (".png", ".pdf"); "" if it issues none.
step_papers: Registry[Callable[[Case, ServiceSnapshot, Edge], str]] = Registry("paper of a step")


def paper_path(case: Case, snapshot: ServiceSnapshot, edge: Edge) -> str:
    """Path of the paper that the step would issue, without its ending; "" if it issues none."""
    return next(filter(None, (path_of(case, snapshot, edge) for path_of in step_papers)), "")


def can_be_taken_back(case: Case, snapshot: ServiceSnapshot, edge: Edge) -> bool:
    """Return True for a decision, except where files belong to it: they are stored with the step."""
    fields = transition_inputs.input_fields(snapshot, edge).values()
    decides = snapshot.flow.states[edge.to].outcome in DECIDED or bool(paper_path(case, snapshot, edge))
    return decides and not any(isinstance(field, UploadField) for field in fields)
