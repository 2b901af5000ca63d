"""Where a case is between its beginning and its end, in the public words."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from kini.cases.rules.deadlines import Step
from kini.cases.rules.edges import AFTER, JOIN, WITHDRAW, edges_from
from kini.services.schema import Flow, PublicState

GOOD_OUTCOMES = frozenset({"granted", "solved"})
#: Ends at which nobody decided anything.
UNDECIDED = frozenset({"withdrawn", "expired"})


@dataclass(frozen=True, slots=True)
class Stage:
    """One mark on the tracker's line: a public word, when it began, and where it stands."""

    word: PublicState
    at: datetime | None
    place: Literal["past", "now", "ahead"]


def progress(flow: Flow, entries: Iterable[Step]) -> tuple[Stage, ...]:
    """The words so far, and those that lie ahead if all goes well; neighbours with the same word are one mark."""
    walked = [(entry.to_state, entry.at) for entry in entries if entry.to_state]
    stages: list[Stage] = []
    for state, at in walked:
        word = flow.states[state].public
        if not stages or stages[-1].word is not word:
            stages.append(Stage(word, at, "past"))
    if not stages:
        return ()
    stages[-1] = Stage(stages[-1].word, stages[-1].at, "now")
    for state in way_ahead(flow, walked[-1][0]):
        word = flow.states[state].public
        if stages[-1].word is not word:
            stages.append(Stage(word, None, "ahead"))
    return tuple(stages)


def way_ahead(flow: Flow, state: str) -> tuple[str, ...]:
    """The states on the shortest way from here to a good end, without this one; empty at an end."""
    if flow.states[state].end:
        return ()
    before: dict[str, str] = {state: ""}
    queue = deque([state])
    ends: list[str] = []
    while queue:
        here = queue.popleft()
        if flow.states[here].end:
            ends.append(here)
            continue
        for edge in edges_from(flow, here):
            if edge.move not in (WITHDRAW, AFTER, JOIN) and not edge.danger and edge.to not in before:
                before[edge.to] = here
                queue.append(edge.to)
    good = [end for end in ends if flow.states[end].outcome in GOOD_OUTCOMES]
    if not (good or ends):
        return ()
    way = [(good or ends)[0]]
    while before[way[-1]] != state:
        way.append(before[way[-1]])
    return tuple(reversed(way))
