"""Tamper-evident tables: rows are sealed in blocks, each chained to the previous one by a key outside the database.

`registry` lists the tables, `blocks` seals new rows (a job each minute), `verification` finds changes, `removal`
deletes sealed rows under a retention rule.
"""

from kini.core.chain.blocks import seal_all
from kini.core.chain.registry import Chain, chains
from kini.core.chain.removal import RemovalRefused, record_removal, removable, remove
from kini.core.chain.verification import Report, verify, verify_all

__all__ = [
    "Chain",
    "RemovalRefused",
    "Report",
    "chains",
    "record_removal",
    "removable",
    "remove",
    "seal_all",
    "verify",
    "verify_all",
]
