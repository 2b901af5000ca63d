"""Pure rules: edges of the flow, deadlines, sentences for residents, placeholders."""

from kini.cases.rules.deadlines import Reading, Standing, Step, clock_reading
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
    correctable,
    edge_of,
    edges_from,
    in_time,
    next_moves,
)
from kini.cases.rules.notes import PLACEHOLDERS, fill, mentioned, unknown_placeholders
from kini.cases.rules.progress import UNDECIDED, Stage, progress
from kini.cases.rules.ratings import RATED_OUTCOMES, SCORES
from kini.cases.rules.sentences import WORDS, move_label, public_word, sentence, tellers

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
    "WORDS",
    "Edge",
    "Reading",
    "Stage",
    "Standing",
    "Step",
    "clock_reading",
    "correctable",
    "edge_of",
    "edges_from",
    "fill",
    "in_time",
    "mentioned",
    "move_label",
    "next_moves",
    "progress",
    "public_word",
    "sentence",
    "tellers",
    "unknown_placeholders",
]
