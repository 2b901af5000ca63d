"""Actions of the privacy room: exports, erasure, objections, breaches."""

from kini.privacy.actions.breaches import (
    Facts,
    add_people,
    close_breach,
    note_authority_told,
    record_breach,
    tell_people,
)
from kini.privacy.actions.erasure import erase_person
from kini.privacy.actions.exports import note_download, prepare_export
from kini.privacy.actions.objections import carry_out_objection, restrict_at_once

__all__ = [
    "Facts",
    "add_people",
    "carry_out_objection",
    "close_breach",
    "erase_person",
    "note_authority_told",
    "note_download",
    "prepare_export",
    "record_breach",
    "restrict_at_once",
    "tell_people",
]
