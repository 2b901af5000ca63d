"""Read side of batch moves: the moves that many cases can take together, and the obstacles. Read-only."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from hashlib import sha256

from django.utils.translation import gettext as _

from kini.cases import access, independence, queries, rules, transition_inputs
from kini.cases.models import BatchMoveCase, Case
from kini.core import current_time
from kini.core.actors import Actor
from kini.services.public import FieldBase, ServiceSnapshot, UploadField, snapshots_by_version


@dataclass(frozen=True, slots=True)
class PlannedMove:
    """Case with the edge that it would take.

    Attributes:
        edge: None when no such step leads on from where it stands.
        obstacle: why it cannot be moved together with others, in a sentence; "" when it can.
    """

    case: Case
    snapshot: ServiceSnapshot
    edge: rules.Edge | None
    obstacle: str

    @property
    def step(self) -> str:
        """Officers' name of the present state."""
        return str(self.snapshot.flow.states[self.case.state].name)

    @property
    def leads_to(self) -> str:
        return str(self.snapshot.flow.states[self.edge.to].name) if self.edge else ""

    @property
    def fields(self) -> dict[str, FieldBase]:
        return transition_inputs.input_fields(self.snapshot, self.edge) if self.edge else {}

    @property
    def key(self) -> str:
        """Same for moves whose button says the same and that lead to steps of the same name: "accept.1f0c2a9b"."""
        effect = sha256(f"{planned_label(self)}\n{self.leads_to}".encode()).hexdigest()[:8]
        return f"{self.edge.move}.{effect}" if self.edge else ""


@dataclass(frozen=True, slots=True)
class MoveChoice:
    """Move that at least one of the cases can take.

    Attributes:
        key: of `PlannedMove`; flows give the same move other words and another effect.
        danger: irreversible for at least one.
    """

    key: str
    label: str
    leads_to: str
    count: int
    danger: bool


def selected_cases(by: Actor, references: Iterable[str]) -> list[Case]:
    """Cases with these references that the officer may see, in that order. One query."""
    unique = list(dict.fromkeys(references))
    visible = queries.visible_cases(by).filter(reference__in=unique).defer(*queries.DEFERRED[:-1])
    by_reference = {case.reference: case for case in visible}
    return [by_reference[each] for each in unique if each in by_reference]


def scheduled_move(by: Actor, case: Case) -> str:
    """Move of the case that the officer has decided and that was not taken yet, or ""."""
    waiting = BatchMoveCase.objects.filter(case=case, result=BatchMoveCase.WAITING)
    return waiting.filter(bulk__officer__user_id=by.user_id or 0).values_list("bulk__move", flat=True).first() or ""


def move_choices(by: Actor, cases: Iterable[Case]) -> list[MoveChoice]:
    """Moves that the cases can take together, the most frequent first, dangerous ones last."""
    possible = [plan for plan in _every(by, cases) if not plan.obstacle]
    counts = Counter(plan.key for plan in possible)
    firsts = {plan.key: plan for plan in reversed(possible)}
    grave = {plan.key for plan in possible if plan.edge and plan.edge.danger}
    every = [
        MoveChoice(key, planned_label(firsts[key]), firsts[key].leads_to, count, key in grave)
        for key, count in counts.most_common()
    ]
    return sorted(every, key=lambda choice: choice.danger)


def planned_label(plan: PlannedMove) -> str:
    return rules.move_label(plan.edge, plan.snapshot.moves) if plan.edge else ""


def plan_moves(by: Actor, cases: Iterable[Case], move: str) -> list[PlannedMove]:
    """Plan the move for each case. At most five queries for any number of cases.

    Args:
        move: its name, or the key of a `MoveChoice`: moves with another key have an obstacle then.
    """
    look, (name, dot, _effect) = _Look(by, list(cases)), move.partition(".")
    plans = [look.planned(case, rules.edge_of(look.snapshot(case).flow, case.state, name)) for case in look.cases]
    return [_only(plan, move) if dot else plan for plan in plans]


def _only(plan: PlannedMove, key: str) -> PlannedMove:
    """The plan, with an obstacle if its key is another one."""
    if plan.obstacle or plan.key == key:
        return plan
    words = {"label": planned_label(plan), "step": plan.leads_to}
    return replace(plan, obstacle=_("Here the step is “%(label)s” and leads to “%(step)s”.") % words)


def _every(by: Actor, cases: Iterable[Case]) -> Iterator[PlannedMove]:
    look = _Look(by, list(cases))
    for case in look.cases:
        for edge in rules.edges_from(look.snapshot(case).flow, case.state):
            yield look.planned(case, edge)


class _Look:
    """Data loaded once for all of the cases."""

    def __init__(self, by: Actor, cases: list[Case]) -> None:
        keys = [case.pk for case in cases]
        self.cases = cases
        self.versions = snapshots_by_version(case.version_id for case in cases)
        self.case_roles = access.case_roles_by_id(by, cases)
        self.taken = independence.taken_moves(by, cases)
        self.waiting = set(
            BatchMoveCase.objects.filter(case__in=keys, result=BatchMoveCase.WAITING).values_list("case_id", flat=True)
        )

    def snapshot(self, case: Case) -> ServiceSnapshot:
        return self.versions[case.version_id]

    def planned(self, case: Case, edge: rules.Edge | None) -> PlannedMove:
        snapshot = self.snapshot(case)
        return PlannedMove(case, snapshot, edge, self._obstacle(case, snapshot, edge))

    def _obstacle(self, case: Case, snapshot: ServiceSnapshot, edge: rules.Edge | None) -> str:
        worn = self.case_roles[case.pk]
        if case.pk in self.waiting:
            return _("It waits for another step that was decided for many cases.")
        if worn == {rules.RESIDENT}:
            return _("This case is your own or your family's. A colleague works on it.")
        if edge is None:
            name = str(snapshot.flow.states[case.state].name)
            return _("This step is not possible from “%(step)s”.") % {"step": name}
        if edge.by not in worn - {rules.RESIDENT, rules.SYSTEM}:
            return _("This step belongs to somebody else.")
        if taken := edge.independent_of & self.taken[case.pk]:
            return independence.independence_notice(edge, taken, snapshot)
        if not rules.is_in_time(edge, case.closed_at, current_time.now()):
            return _("The time for this step is over.")
        if any(isinstance(field, UploadField) for field in transition_inputs.input_fields(snapshot, edge).values()):
            return _("This step needs files of its own. Open the case.")
        return ""
