"""Schema of flows: the states of a case from submission to closure, and the edges between them."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, Any, Literal

from django.utils.translation import gettext as _
from pydantic import BeforeValidator, Field, model_validator

from kini.city.public import Id
from kini.core.config_messages import Fault, InvalidContent, use_one_of
from kini.core.localized_text import Text
from kini.services.fields.base import StrictModel
from kini.services.schema import Name, Target


class PublicState(StrEnum):
    """Public state of a case, independent of the flow's own state names."""

    WAITING = "waiting"
    COORDINATION = "coordination"
    DISPOSITION = "disposition"
    PROCESS = "process"
    DONE = "done"
    REJECTED = "rejected"
    REOPENED = "reopened"


def _move(value: Any) -> Any:
    return {"to": value} if isinstance(value, str) else value


class Move(StrictModel):
    """An edge of a flow.

    Attributes:
        label: button text; defaults to the pack's label for that move (moves.yaml).
        needs: required inputs (inputs.yaml), such as reason, message or photo.
        within: days after closure during which this edge may still be taken (reopening).
        by: role that may take this edge, if it differs from the role that acts at the state.
    """

    to: Name
    label: Text | None = None
    needs: list[Name] = []
    by: Id | None = None
    within: int | None = Field(default=None, ge=1, description="Days.")
    danger: bool = Field(default=False, description="Shown as a grave step (refusal, false alarm).")


class After(StrictModel):
    """An edge taken automatically after this many calendar days without activity."""

    days: int = Field(ge=1)
    to: Name


class State(StrictModel):
    """A state of a flow.

    Attributes:
        name: label shown to officers in the queue.
        does: plain sentence for the resident: what happens now, or how the case ended.
        by: the role that acts: one of roles.yaml, "resident" or "system"; None at an end.
        clock: "paused" while the resident must act.
        outcome: result of a closed case, for statistics and letters.
        target: separate deadline for this state (review of an objection); the service's clock pauses meanwhile.
        independent_of: moves of the flow; an officer who took one of them in a case takes no step of it here.
    """

    name: Text
    does: Text
    public: PublicState
    by: Id | None = None
    clock: Literal["running", "paused"] = "running"
    moves: dict[Name, Annotated[Move, BeforeValidator(_move, json_schema_input_type=Move | Name)]] = {}
    after: After | None = None
    end: bool = False
    outcome: Literal["granted", "refused", "withdrawn", "expired", "solved", "unfounded", "joined"] | None = None
    withdraw: bool = Field(default=True, description="Whether the resident may still withdraw here.")
    target: Target | None = Field(default=None, description="Within which time this step alone must be done.")
    independent_of: list[Name] = Field(
        default=[], description="Moves whose officers act no more in this state: it needs somebody else."
    )

    @model_validator(mode="after")
    def _only_running_states_have_a_time(self) -> "State":
        if self.target and (self.end or self.clock == "paused"):
            raise ValueError(_("a state with a time of its own is no end, and its clock runs"))
        return self

    @model_validator(mode="after")
    def _ends_have_outcomes(self) -> "State":
        if self.end != (self.outcome is not None):
            raise ValueError(_("an end needs an outcome, and only an end has one"))
        if not self.end and not self.by:
            raise ValueError(_('say who acts here: by: a role of roles.yaml, "resident" or "system"'))
        if self.independent_of and (self.end or self.by in ("resident", "system")):
            raise ValueError(_("only a state in which an officer acts can be independent_of earlier moves"))
        return self


WITHDRAWN = "withdrawn"
JOINED = "joined"
#: How a case ends when its service gives what was asked for.
SUCCESSFUL_OUTCOMES = frozenset({"granted", "solved"})


class Flow(StrictModel):
    """flows/NAME.yaml: the states of a case. The file name is the flow's id.

    Implied edges: with a state `withdrawn`, `withdraw` leads there from every open state without `withdraw: false`.
    With a state `joined`, `join` (for duplicates) leads there from every open state, and `separate` from there back to
    the start.
    """

    start: Name
    states: Annotated[dict[Name, State], Field(min_length=2)]

    @model_validator(mode="after")
    def _whole(self) -> "Flow":
        if faults := flow_errors(self):
            raise InvalidContent(*faults)
        return self

    def edges(self) -> list[tuple[str, str, str]]:
        """All edges as (state, move, next state), including the implied withdraw, after, join and separate."""
        edges = []
        for name, state in self.states.items():
            edges += [(name, move, edge.to) for move, edge in state.moves.items()]
            if WITHDRAWN in self.states and not state.end and state.withdraw:
                edges.append((name, "withdraw", WITHDRAWN))
            if state.after:
                edges.append((name, "after", state.after.to))
            if JOINED in self.states and not state.end:
                edges.append((name, "join", JOINED))
        if JOINED in self.states:
            edges.append((JOINED, "separate", self.start))
        return edges

    def usual_path(self, here: str) -> tuple[str, ...]:
        """States that follow `here` on the way to a successful end, else to any end; skips moves marked `danger`."""
        if self.states[here].end:
            return ()
        return self._path(here, frozenset(), SUCCESSFUL_OUTCOMES) or self._path(here, frozenset(), None) or ()

    def _path(self, here: str, behind: frozenset[str], outcomes: frozenset[str] | None) -> tuple[str, ...] | None:
        """Depth-first path to an end with one of `outcomes` (None: any) that avoids the states `behind`, or None."""
        for move in self.states[here].moves.values():
            state = self.states[move.to]
            if move.danger or move.to in behind | {here}:
                continue
            if state.end and (outcomes is None or state.outcome in outcomes):
                return (move.to,)
            further = None if state.end else self._path(move.to, behind | {here}, outcomes)
            if further:
                return (move.to, *further)
        return None


def flow_errors(flow: Flow) -> list[Fault]:
    """Errors of a flow's graph: missing states, unreachable states, dead ends."""
    faults = list(_dangling(flow))
    if faults:
        return faults  # a missing edge would make many states look unreachable
    edges = flow.edges()
    reached = _reached(edges, {flow.start})
    for name, state in flow.states.items():
        if not state.end and not any(a == name for a, _move, _b in edges):
            message = _('"%(name)s" is no end and has no moves') % {"name": name}
            faults.append(Fault(("states", name), message, _("Add moves:, or end: true.")))
    ends = {name for name, state in flow.states.items() if state.end}
    backward = [(b, move, a) for a, move, b in edges if move == "after" or move in flow.states[a].moves]
    if not faults and (endless := [name for name in flow.states if name in reached - _reached(backward, ends)]):
        message = _('no path leads from "%(name)s" to an end') % {"name": endless[0]}
        return [Fault(("states", endless[0]), message, _("Add a move that leads to an end."))]
    lost = [name for name in flow.states if name not in reached]
    led_to = {b for a, _move, b in edges if a in lost and a != b}
    for name in [each for each in lost if each not in led_to] or lost[:1]:
        message = _('no path leads from "%(start)s" to "%(name)s"') % {"start": flow.start, "name": name}
        faults.append(Fault(("states", name), message, _("Add a move that leads there, or remove the state.")))
    return faults


def _dangling(flow: Flow) -> Iterator[Fault]:
    """Names of states and moves that do not exist."""
    if flow.start not in flow.states:
        yield Fault(
            ("start",),
            _('"%(start)s" is not among the states') % {"start": flow.start},
            use_one_of(flow.states, flow.start),
        )
    for name, state in flow.states.items():
        for move, edge in state.moves.items():
            if edge.to not in flow.states:
                message = _('"%(name)s" leads to "%(to)s", which is not among the states') % {
                    "name": name,
                    "to": edge.to,
                }
                yield Fault(("states", name, "moves", move), message, use_one_of(flow.states, edge.to))
        if state.after and state.after.to not in flow.states:
            message = _('"%(name)s" leads to "%(to)s", which is not among the states') % {
                "name": name,
                "to": state.after.to,
            }
            yield Fault(("states", name, "after"), message, use_one_of(flow.states, state.after.to))
        moves = {move for each in flow.states.values() for move in each.moves}
        for index, move in enumerate(state.independent_of):
            if move not in moves:
                place = ("states", name, "independent_of", index)
                yield Fault(place, _('"%(move)s" is no move of this flow') % {"move": move}, use_one_of(moves, move))


def _reached(edges: list[tuple[str, str, str]], states: set[str]) -> set[str]:
    """States to which edges lead from these, and these."""
    reached, frontier = set(states), list(states)
    while frontier:
        here = frontier.pop()
        fresh = {b for a, _move, b in edges if a == here} - reached
        reached |= fresh
        frontier += fresh
    return reached
