"""Every write about cases: drafts and their submission, moves, the officer's desk, and what happens by itself."""

from kini.cases.actions.desk import assign, look, note, send_unit, transfer
from kini.cases.actions.drafts import attach, detach, discard_draft, fill, open_correction, save_answers, start_draft
from kini.cases.actions.moves import Stale, answer_correction, move, withdraw
from kini.cases.actions.submission import apply, submit
from kini.cases.actions.telling import Paper, tell
from kini.cases.actions.upkeep import clean_up_drafts, hand_over_cases, index_cases, rotate_keys, take_due_edge
from kini.cases.corrections import Incomplete
from kini.cases.holding import Expired

__all__ = [
    "Expired",
    "Incomplete",
    "Paper",
    "Stale",
    "answer_correction",
    "apply",
    "assign",
    "attach",
    "clean_up_drafts",
    "detach",
    "discard_draft",
    "fill",
    "hand_over_cases",
    "index_cases",
    "look",
    "move",
    "note",
    "open_correction",
    "rotate_keys",
    "save_answers",
    "send_unit",
    "start_draft",
    "submit",
    "take_due_edge",
    "tell",
    "transfer",
    "withdraw",
]
