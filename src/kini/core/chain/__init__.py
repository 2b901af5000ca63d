"""Tamper-evident tables: rows are sealed in blocks, each chained to the one before with a key that the database lacks.

`registry` names the tables, `blocks` seals them (a job each minute, never on a request's way), `verification` finds
what was changed, `removal` is the one lawful way by which sealed rows go.
"""

from kini.core.chain.blocks import seal_all
from kini.core.chain.registry import Chain, chains
from kini.core.chain.removal import RemovalRefused, note_removal, removable, remove
from kini.core.chain.verification import Report, verify, verify_all

__all__ = [
    "Chain",
    "RemovalRefused",
    "Report",
    "chains",
    "note_removal",
    "removable",
    "remove",
    "seal_all",
    "verify",
    "verify_all",
]
