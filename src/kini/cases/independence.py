"""Four eyes: steps that an officer may not take who took an earlier one of the same case (`State.independent_of`).

A trigger of the timeline holds the same rule (sql/kini_independent_step.sql).
"""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from kini.cases import access, rules
from kini.cases.models import Case, TimelineEntry
from kini.cases.permissions import CasePermission
from kini.core.actors import Actor, ActorKind, NotAllowed
from kini.people.models import Officer
from kini.people.queries import officers_with_permission
from kini.services.public import ServiceSnapshot


def taken_moves(by: Actor, cases: Iterable[Case]) -> dict[int, frozenset[str]]:
    """Moves that the officer took in each of the cases, by case id. One query; none for other actors."""
    taken: dict[int, frozenset[str]] = {case.pk: frozenset() for case in cases}
    if by.is_officer:
        own = TimelineEntry.objects.filter(case__in=taken, actor_kind=ActorKind.OFFICER, actor_id=by.user_id)
        for case, move in own.exclude(move="").values_list("case_id", "move"):
            taken[case] |= {move}
    return taken


def require_independent(by: Actor, case: Case, edge: rules.Edge, snapshot: ServiceSnapshot) -> None:
    """Refuse an officer who took a move of which the edge must be independent. At most one query.

    Raises:
        NotAllowed: names the step that they took.
    """
    if edge.independent_of and (taken := edge.independent_of & taken_moves(by, [case])[case.pk]):
        raise NotAllowed(independence_notice(edge, taken, snapshot))


def independence_notice(edge: rules.Edge, taken: Iterable[str], snapshot: ServiceSnapshot) -> str:
    """Sentence for an officer who is not independent: which of their steps keeps them from this one."""
    steps = (
        rules.move_label(earlier, snapshot.moves)
        for state in snapshot.flow.states
        for earlier in rules.edges_from(snapshot.flow, state)
        if earlier.move in edge.independent_of.intersection(taken)
    )
    words = ", ".join(f"“{label}”" for label in dict.fromkeys(steps))
    return _("You took the step %(steps)s in this case. Somebody else checks it.") % {"steps": words}


def independent_officers(case: Case, edge: rules.Edge) -> list[Officer]:
    """Officers of the case's agency who may take the edge, by name. Three queries."""
    earlier = TimelineEntry.objects.filter(case=case, actor_kind=ActorKind.OFFICER, move__in=edge.independent_of)
    involved = set(earlier.values_list("actor_id", flat=True))
    able = officers_with_permission(access.scope_of(case), CasePermission.ACT, edge.by)
    return [officer for officer in able if officer.user_id not in involved]
