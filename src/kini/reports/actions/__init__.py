"""Writes of this room: publications, followers, closing."""

from kini.reports.actions.closing_answers import answer_closing, dispute_by_step, record_audit
from kini.reports.actions.photo_hashes import hash_photos
from kini.reports.actions.publications import (
    follow,
    make_private,
    release,
    request_publication,
)

__all__ = [
    "answer_closing",
    "dispute_by_step",
    "follow",
    "hash_photos",
    "make_private",
    "record_audit",
    "release",
    "request_publication",
]
