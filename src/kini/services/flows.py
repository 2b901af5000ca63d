"""The typed schema of flows: the steps from a submitted case to its end, and the edges between them."""

from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from kini.city.schema import Id
from kini.core.texts import Text
from kini.services.fields.base import Strict
from kini.services.schema import Name, Target


class PublicState(StrEnum):
    """The words a resident sees, whatever the flow calls its states (five that cities commonly use, and two more)."""

    WAITING = "waiting"
    COORDINATION = "coordination"
    DISPOSITION = "disposition"
    PROCESS = "process"
    DONE = "done"
    REJECTED = "rejected"
    REOPENED = "reopened"


def _move(value: Any) -> Any:
    return {"to": value} if isinstance(value, str) else value


class Move(Strict):
    """An edge of a flow.

    Attributes:
        label: what the button says; left out, the pack's common words for that move (moves.yaml) are used.
        needs: names of inputs (inputs.yaml) that must be given: reason, message, photo ...
        within: days after a case ended during which this edge may still be taken (reopening).
        by: who may take this edge, when it is not whoever acts at the state.
    """

    to: Name
    label: Text | None = None
    needs: list[Name] = []
    by: Id | None = None
    within: int | None = Field(default=None, ge=1, description="Days.")
    danger: bool = Field(default=False, description="Shown as a grave step (refusal, false alarm).")


class After(Strict):
    """An edge that time takes, when nothing has happened for that many days (by the calendar)."""

    days: int = Field(ge=1)
    to: Name


class State(Strict):
    """A step of a flow.

    Attributes:
        name: what officers read in the queue.
        does: a plain sentence for the resident: what happens now, or what happened in the end.
        by: a role of the pack (roles.yaml), "resident", or "system"; nobody acts at an end.
        clock: "paused" while the resident must act.
        outcome: how an ended case ended, for statistics and letters.
        target: a time of its own for this step (the review of an objection); the service's clock stands meanwhile.
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

    @model_validator(mode="after")
    def _only_running_states_have_a_time(self) -> "State":
        if self.target and (self.end or self.clock == "paused"):
            raise ValueError("a state with a time of its own is no end, and its clock runs")
        return self

    @model_validator(mode="after")
    def _ends_have_outcomes(self) -> "State":
        if self.end != (self.outcome is not None):
            raise ValueError("an end needs an outcome, and only an end has one")
        if not self.end and not self.by:
            raise ValueError('say who acts here: by: a role of roles.yaml, "resident" or "system"')
        return self


WITHDRAWN = "withdrawn"
JOINED = "joined"
#: How a case ends when its service gives what was asked for.
GOOD_ENDS = frozenset({"granted", "solved"})


class Flow(Strict):
    """flows/NAME.yaml: the steps from a submitted case to its end. The file name is the flow's id.

    A flow with `withdrawn` among its states lets the resident withdraw from every state that is no end and does not
    say `withdraw: false`; that edge is called `withdraw` and need not be written. One with `joined` lets officers end a
    case that is the same thing as an earlier one: `join` leads there from every state that is no end, and `separate`
    back to the start when that was a mistake.
    """

    start: Name
    states: Annotated[dict[Name, State], Field(min_length=2)]

    @model_validator(mode="after")
    def _whole(self) -> "Flow":
        faults = list(flow_faults(self))
        if faults:
            raise ValueError("; ".join(faults))
        return self

    def edges(self) -> list[tuple[str, str, str]]:
        """All edges as (state, move, next state), with the implied ones: withdraw and, by time, after."""
        found = []
        for name, state in self.states.items():
            found += [(name, move, edge.to) for move, edge in state.moves.items()]
            if WITHDRAWN in self.states and not state.end and state.withdraw:
                found.append((name, "withdraw", WITHDRAWN))
            if state.after:
                found.append((name, "after", state.after.to))
            if JOINED in self.states and not state.end:
                found.append((name, "join", JOINED))
        if JOINED in self.states:
            found.append((JOINED, "separate", self.start))
        return found

    def usual_way(self, here: str) -> tuple[str, ...]:
        """The states after this one to a good end (else to any), by the moves as they are written, no grave ones."""
        if self.states[here].end:
            return ()
        return self._way(here, frozenset(), GOOD_ENDS) or self._way(here, frozenset(), None) or ()

    def _way(self, here: str, behind: frozenset[str], outcomes: frozenset[str] | None) -> tuple[str, ...] | None:
        """None: no way leads from here to an end of these outcomes (None: of any) past the states behind."""
        for move in self.states[here].moves.values():
            state = self.states[move.to]
            if move.danger or move.to in behind | {here}:
                continue
            if state.end and (outcomes is None or state.outcome in outcomes):
                return (move.to,)
            further = None if state.end else self._way(move.to, behind | {here}, outcomes)
            if further:
                return (move.to, *further)
        return None


def flow_faults(flow: Flow) -> list[str]:
    """What is wrong with a flow's graph: missing states, states nobody reaches, dead ends."""
    edges = flow.edges()
    faults = [f'"{a}" leads to "{b}", which is not among the states' for a, _, b in edges if b not in flow.states]
    if flow.start not in flow.states:
        faults.append(f'start "{flow.start}" is not among the states')
    reached, frontier = {flow.start}, [flow.start]
    while frontier:
        here = frontier.pop()
        fresh = {b for a, _, b in edges if a == here} - reached
        reached |= fresh
        frontier += fresh
    faults += [f'no path leads from "{flow.start}" to "{name}"' for name in flow.states if name not in reached]
    leaving = {a for a, _, _ in edges}
    faults += [f'"{n}" is no end and has no moves' for n, s in flow.states.items() if not s.end and n not in leaving]
    return faults
