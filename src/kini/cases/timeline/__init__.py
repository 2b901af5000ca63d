"""Timeline of a case: append-only, a chain of keyed digests, verifiable as a whole.

Each entry's digest covers the entry and the previous digest. Entries that change the case's answers, documents or
holder carry a digest of the new content, and the case carries a MAC over its head and state. So a changed byte, a
missing or added entry, a changed answer, state, document row or file is detected, and a later step cannot hide it,
since it records only its own changes.
"""

from kini.cases.timeline.chain import append, derive, open_case, recompute
from kini.cases.timeline.verification import checked_files, verify_all, verify_case

__all__ = ["append", "checked_files", "derive", "open_case", "recompute", "verify_all", "verify_case"]
