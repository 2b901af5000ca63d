"""Models of the room's parts, where Django looks for them."""

from kini.cases.models.case import (
    CHANNELS,
    OPEN,
    RUNNING,
    Attachment,
    Case,
    Checkpoint,
    Draft,
    NotDuplicate,
    Rating,
    TimelineEntry,
)
from kini.cases.models.desk import (
    MAX_FILTERS,
    BatchMove,
    BatchMoveCase,
    CannedReply,
    CannedReplyVersion,
    Mention,
    Presence,
    SavedFilter,
)

__all__ = [
    "CHANNELS",
    "MAX_FILTERS",
    "OPEN",
    "RUNNING",
    "Attachment",
    "BatchMove",
    "BatchMoveCase",
    "CannedReply",
    "CannedReplyVersion",
    "Case",
    "Checkpoint",
    "Draft",
    "Mention",
    "NotDuplicate",
    "Presence",
    "Rating",
    "SavedFilter",
    "TimelineEntry",
]
