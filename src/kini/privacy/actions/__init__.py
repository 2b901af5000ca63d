"""Every write of the privacy room: copies, erasure, objections, breaches."""

from kini.privacy.actions.erasure import erase_person
from kini.privacy.actions.exports import note_download, prepare_export
from kini.privacy.actions.objections import carry_out_objection, restrict_at_once

__all__ = ["carry_out_objection", "erase_person", "note_download", "prepare_export", "restrict_at_once"]
