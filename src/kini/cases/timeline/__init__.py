"""The timeline of a case: append-only, chained entry by entry with keyed digests, and checked as a whole.

Each entry's digest covers the entry and the digest before it. Entries that change what a case holds (its answers,
its documents, who holds it) carry a digest of the new content, and the case carries a seal over its head and state.
So a changed byte, a missing or an added entry, a changed answer, state, document row or file is found, and a later
step cannot cover it up: it records only what it changed itself.
"""

from kini.cases.timeline.chain import append, derive, open_case, recompute
from kini.cases.timeline.verification import checked_files, verify, verify_all

__all__ = ["append", "checked_files", "derive", "open_case", "recompute", "verify", "verify_all"]
