"""Actions of the privacy room: exports, erasure, objections, breaches."""

from kini.privacy.actions.breaches import (
    BreachFacts,
    add_affected_people,
    close_breach,
    notify_affected_people,
    record_authority_notified,
    record_breach,
)
from kini.privacy.actions.erasure import erase_person
from kini.privacy.actions.exports import prepare_export, record_download
from kini.privacy.actions.objections import apply_objection, restrict_processing

__all__ = [
    "BreachFacts",
    "add_affected_people",
    "apply_objection",
    "close_breach",
    "erase_person",
    "notify_affected_people",
    "prepare_export",
    "record_authority_notified",
    "record_breach",
    "record_download",
    "restrict_processing",
]
