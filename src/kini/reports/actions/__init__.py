"""Writes of this room: publications, followers, closing, Open311."""

from kini.reports.actions.agency_figures import count_figures
from kini.reports.actions.area_subscriptions import follow_area, leave_area, tell_area
from kini.reports.actions.audit_draws import draw_audits
from kini.reports.actions.closing_answers import answer_closing, dispute_by_step, record_audit
from kini.reports.actions.open311 import add_open311_client, file_request, file_update, revoke_open311_client
from kini.reports.actions.other_cities import (
    file_elsewhere,
    record_filed_elsewhere,
    record_refused_elsewhere,
    record_status_elsewhere,
)
from kini.reports.actions.photo_hashes import hash_photos
from kini.reports.actions.publications import (
    follow,
    make_private,
    prepare_photo,
    release,
    request_publication,
)

__all__ = [
    "add_open311_client",
    "answer_closing",
    "count_figures",
    "dispute_by_step",
    "draw_audits",
    "file_elsewhere",
    "file_request",
    "file_update",
    "follow",
    "follow_area",
    "hash_photos",
    "leave_area",
    "make_private",
    "prepare_photo",
    "record_audit",
    "record_filed_elsewhere",
    "record_refused_elsewhere",
    "record_status_elsewhere",
    "release",
    "request_publication",
    "revoke_open311_client",
    "tell_area",
]
