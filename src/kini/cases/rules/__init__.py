"""Pure rules: edges of the flow, deadlines, sentences for residents, placeholders."""

from kini.cases.rules.deadlines import ClockReading, DeadlineStatus, StateChange, read_clock
from kini.cases.rules.edges import (
    AFTER,
    ANSWER,
    JOIN,
    OBJECT,
    OVERTURN,
    RESIDENT,
    SEPARATE,
    SYSTEM,
    WITHDRAW,
    Edge,
    edge_of,
    edges_from,
    is_correctable,
    is_in_time,
    next_moves,
)
from kini.cases.rules.notes import PLACEHOLDERS, fill_placeholders, find_mentions, unknown_placeholders
from kini.cases.rules.progress import UNDECIDED, Stage, progress
from kini.cases.rules.sentences import RATED_OUTCOMES, SCORES, entry_renderers, entry_sentence, move_label
from kini.web.public_states import state_label as public_word

__all__ = [
    "AFTER",
    "ANSWER",
    "JOIN",
    "OBJECT",
    "OVERTURN",
    "PLACEHOLDERS",
    "RATED_OUTCOMES",
    "RESIDENT",
    "SCORES",
    "SEPARATE",
    "SYSTEM",
    "UNDECIDED",
    "WITHDRAW",
    "ClockReading",
    "DeadlineStatus",
    "Edge",
    "Stage",
    "StateChange",
    "edge_of",
    "edges_from",
    "entry_renderers",
    "entry_sentence",
    "fill_placeholders",
    "find_mentions",
    "is_correctable",
    "is_in_time",
    "move_label",
    "next_moves",
    "progress",
    "public_word",
    "read_clock",
    "unknown_placeholders",
]
