"""Actions on cases: drafts and submission, moves, desk work, duplicates, batch moves, maintenance."""

from kini.cases.actions.anonymisation import anonymise, remove_files
from kini.cases.actions.bulks import (
    MOST_CASES,
    UNDO_SECONDS,
    begin_bulk,
    end_bulk,
    plan_bulk,
    take_back_bulk,
    take_bulk_step,
)
from kini.cases.actions.desk import assign, be_present, look, note, open_at_desk, read_mentions, send_unit, transfer
from kini.cases.actions.drafts import attach, detach, discard_draft, fill, open_correction, save_answers, start_draft
from kini.cases.actions.filters import LONGEST_NAME, delete_filter, open_with, save_filter
from kini.cases.actions.joining import join, keep_apart, release, separate
from kini.cases.actions.moves import Stale, answer_correction, move, move_opened, withdraw
from kini.cases.actions.ratings import rate
from kini.cases.actions.replies import LONGEST_TITLE, begin_replies, change_reply, switch_reply, write_reply
from kini.cases.actions.submission import apply, submit
from kini.cases.actions.telling import Paper, tell
from kini.cases.actions.upkeep import (
    clean_up_drafts,
    hand_over_cases,
    index_cases,
    rotate_keys,
    seal_sensitive,
    take_due_edge,
)
from kini.cases.corrections import Incomplete
from kini.cases.holding import Expired

__all__ = [
    "LONGEST_NAME",
    "LONGEST_TITLE",
    "MOST_CASES",
    "UNDO_SECONDS",
    "Expired",
    "Incomplete",
    "Paper",
    "Stale",
    "anonymise",
    "answer_correction",
    "apply",
    "assign",
    "attach",
    "be_present",
    "begin_bulk",
    "begin_replies",
    "change_reply",
    "clean_up_drafts",
    "delete_filter",
    "detach",
    "discard_draft",
    "end_bulk",
    "fill",
    "hand_over_cases",
    "index_cases",
    "join",
    "keep_apart",
    "look",
    "move",
    "move_opened",
    "note",
    "open_at_desk",
    "open_correction",
    "open_with",
    "plan_bulk",
    "rate",
    "read_mentions",
    "release",
    "remove_files",
    "rotate_keys",
    "save_answers",
    "save_filter",
    "seal_sensitive",
    "send_unit",
    "separate",
    "start_draft",
    "submit",
    "switch_reply",
    "take_back_bulk",
    "take_bulk_step",
    "take_due_edge",
    "tell",
    "transfer",
    "withdraw",
    "write_reply",
]
