"""Actions on messages: notify a person, deliveries, preferences, officers' decisions, inbound messages."""

from kini.messages.actions.deliveries import (
    record_accepted,
    record_failure,
    record_receipt,
    try_next_channel,
)
from kini.messages.actions.inbound import ANSWER_JOB, START_WORDS, STOP_WORDS, receive, record_reply
from kini.messages.actions.notify import MessageScope, mark_read, notify, transfer_messages
from kini.messages.actions.preferences import opt_out, set_preferences, subscribe
from kini.messages.actions.undelivered import mark_posted, mark_settled, retry

__all__ = [
    "ANSWER_JOB",
    "START_WORDS",
    "STOP_WORDS",
    "MessageScope",
    "mark_posted",
    "mark_read",
    "mark_settled",
    "notify",
    "opt_out",
    "receive",
    "record_accepted",
    "record_failure",
    "record_receipt",
    "record_reply",
    "retry",
    "set_preferences",
    "subscribe",
    "transfer_messages",
    "try_next_channel",
]
