"""Progress of a case in public states, for the tracker."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from kini.cases.rules.deadlines import StateChange
from kini.services.public import Flow, PublicState

#: Outcomes without a decision.
UNDECIDED = frozenset({"withdrawn", "expired"})


@dataclass(frozen=True, slots=True)
class Stage:
    """Step of the tracker: public state, since when, and its position."""

    word: PublicState
    at: datetime | None
    place: Literal["past", "now", "ahead"]


def progress(flow: Flow, entries: Iterable[StateChange]) -> tuple[Stage, ...]:
    """Return the stages so far and those ahead if all goes well; adjacent equal stages are merged."""
    walked = [(entry.to_state, entry.at) for entry in entries if entry.to_state]
    stages: list[Stage] = []
    for state, at in walked:
        word = flow.states[state].public
        if not stages or stages[-1].word is not word:
            stages.append(Stage(word, at, "past"))
    if not stages:
        return ()
    stages[-1] = Stage(stages[-1].word, stages[-1].at, "now")
    for state in flow.usual_path(walked[-1][0]):
        word = flow.states[state].public
        if stages[-1].word is not word:
            stages.append(Stage(word, None, "ahead"))
    return tuple(stages)
