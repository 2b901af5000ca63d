"""Edges by role, progress of a case, and sentences for residents."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kini.cases import rules
from kini.core.localized_text import Text
from kini.services.flows import Flow
from tests.cases.flows import flow

FLOW = flow()
NOW = datetime(2026, 11, 24, 3, tzinfo=UTC)


@dataclass
class Entry:
    to_state: str = ""
    sort: str = "moved"
    move: str = ""
    at: datetime = NOW
    data: dict[str, Any] = field(default_factory=dict)


def moves(state: str, *case_roles: str, closed_at: datetime | None = None) -> list[str]:
    return [edge.move for edge in rules.next_moves(FLOW, state, case_roles, closed_at, NOW)]


def test_everybody_sees_their_own_moves_only():
    assert moves("check", "clerk") == ["accept", "ask", "reject"]
    assert moves("check", "resident") == ["withdraw"]
    assert moves("check", "head") == []
    assert moves("correction", "resident") == ["answer", "withdraw"]
    assert moves("decision", "resident") == []


def test_time_is_nobodys_button():
    assert "after" not in moves("correction", "resident", "clerk", "head", "system")


def test_an_objection_is_possible_for_thirty_days():
    assert moves("rejected", "resident", closed_at=NOW - timedelta(days=30)) == ["object"]
    assert moves("rejected", "resident", closed_at=NOW - timedelta(days=30, seconds=1)) == []


def test_only_a_correction_can_be_corrected():
    assert [state for state in FLOW.states if rules.is_correctable(FLOW, state)] == ["correction"]


def test_the_tracker_shows_the_way_gone_and_the_good_way_ahead():
    stages = rules.progress(FLOW, [Entry("check"), Entry(), Entry("correction"), Entry("check")])
    assert [(stage.word.value, stage.place) for stage in stages] == [
        ("coordination", "past"),
        ("waiting", "past"),
        ("coordination", "now"),
        ("disposition", "ahead"),
        ("done", "ahead"),
    ]


def test_the_way_ahead_follows_the_moves_as_they_are_written_not_the_shortest_one():
    end = {"name": "", "does": "", "public": "done", "end": True, "outcome": "solved"}
    step = {"name": "", "does": "", "public": "process", "by": "clerk"}
    states = {
        "triage": step | {"moves": {"send": "way", "advise": "advised"}},
        "way": step | {"moves": {"reassign": "triage", "arrive": "helped"}},
        "helped": end,
        "advised": end,
    }
    flow = Flow.model_validate({"start": "triage", "states": states})
    assert flow.usual_path("triage") == ("way", "helped")
    assert flow.usual_path("helped") == ()


def test_nothing_lies_ahead_of_an_end():
    assert [stage.place for stage in rules.progress(FLOW, [Entry("check"), Entry("rejected")])] == ["past", "now"]


@pytest.mark.parametrize(
    ("entry", "sentence"),
    [
        (Entry("check", "opened"), "We have received this case. An officer reads your papers."),
        (Entry("decision", move="accept"), "The head of the office decides."),
        (Entry("withdrawn", move="withdraw"), "This case was withdrawn. You took it back."),
        (Entry("check", move="answer"), "What was asked for has been answered. An officer reads your papers."),
        (Entry("expired", move="after"), "Nothing happened within the time for it. Nobody answered."),
        (Entry(sort="transferred", data={"agency_name": {"en": "Roads"}}), "Passed on to Roads."),
        (Entry(sort="assigned", data={"name": "Sari"}), "Assigned to Sari."),
        (Entry(sort="noted", data={"text": "Called back."}), "Called back."),
    ],
)
def test_every_entry_is_a_sentence(entry, sentence):
    assert rules.entry_sentence(entry, FLOW) == sentence


def test_a_button_says_the_flows_words_else_the_packs_else_the_name():
    accept = rules.edge_of(FLOW, "check", "accept")
    assert rules.move_label(accept, {"accept": Text("Take it")}) == "Take it"
    assert rules.move_label(accept, {}) == "Accept"
    assert rules.move_label(rules.edge_of(FLOW, "check", "withdraw"), {}) == "Withdraw"


def test_every_public_state_has_a_word():
    assert [rules.public_word(state.public.value) for state in FLOW.states.values()]
