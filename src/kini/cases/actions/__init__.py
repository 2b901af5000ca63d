"""Actions on cases: drafts and submission, moves, desk work, duplicates, batch moves, maintenance."""

from kini.cases.actions.anonymisation import anonymise, remove_files
from kini.cases.actions.assignment import assign, assign_unit, transfer
from kini.cases.actions.batch_moves import (
    MAX_BATCH_CASES,
    UNDO_SECONDS,
    begin_batch_move,
    cancel_batch_move,
    end_batch_move,
    move_batch_case,
    schedule_batch_move,
    schedule_move,
)
from kini.cases.actions.canned_replies import (
    MAX_REPLY_TITLE,
    create_default_replies,
    create_reply,
    set_reply_active,
    update_reply,
)
from kini.cases.actions.drafts import (
    attach_file,
    detach_file,
    discard_draft,
    open_correction,
    save_answers,
    start_draft,
    update_answers,
)
from kini.cases.actions.duplicates import mark_not_duplicate, merge, release_duplicates, unmerge
from kini.cases.actions.later_answers import add_later_answers
from kini.cases.actions.maintenance import (
    delete_expired_drafts,
    encrypt_sensitive_answers,
    index_cases,
    rotate_keys,
    take_due_edge,
    transfer_to_profile,
)
from kini.cases.actions.moves import answer_correction, move, move_new_case, withdraw
from kini.cases.actions.notes import add_note, mark_mentions_read
from kini.cases.actions.presence import open_at_desk, record_presence
from kini.cases.actions.ratings import rate_case
from kini.cases.actions.reveal import reveal
from kini.cases.actions.saved_filters import MAX_FILTER_NAME, delete_filter, save_filter, set_default_filter
from kini.cases.actions.submission import submit, submit_answers
from kini.cases.actions.timeline_entries import GeneratedDocument, add_timeline_entry
from kini.cases.corrections import Incomplete
from kini.cases.locking import DraftExpired
from kini.cases.move_checks import StaleState

__all__ = [
    "MAX_BATCH_CASES",
    "MAX_FILTER_NAME",
    "MAX_REPLY_TITLE",
    "UNDO_SECONDS",
    "DraftExpired",
    "GeneratedDocument",
    "Incomplete",
    "StaleState",
    "add_later_answers",
    "add_note",
    "add_timeline_entry",
    "anonymise",
    "answer_correction",
    "assign",
    "assign_unit",
    "attach_file",
    "begin_batch_move",
    "cancel_batch_move",
    "create_default_replies",
    "create_reply",
    "delete_expired_drafts",
    "delete_filter",
    "detach_file",
    "discard_draft",
    "encrypt_sensitive_answers",
    "end_batch_move",
    "index_cases",
    "mark_mentions_read",
    "mark_not_duplicate",
    "merge",
    "move",
    "move_batch_case",
    "move_new_case",
    "open_at_desk",
    "open_correction",
    "rate_case",
    "record_presence",
    "release_duplicates",
    "remove_files",
    "reveal",
    "rotate_keys",
    "save_answers",
    "save_filter",
    "schedule_batch_move",
    "schedule_move",
    "set_default_filter",
    "set_reply_active",
    "start_draft",
    "submit",
    "submit_answers",
    "take_due_edge",
    "transfer",
    "transfer_to_profile",
    "unmerge",
    "update_answers",
    "update_reply",
    "withdraw",
]
