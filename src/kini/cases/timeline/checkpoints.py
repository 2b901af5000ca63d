"""Checkpoints of all timelines: the newest entry of each changed case, in a chained table.

A timeline's own chain cannot show that a whole case was deleted, or rolled back to an earlier state together with its
MAC. Checkpoints are sealed in blocks whose heads are shipped out (core/chain), so both are detected.
"""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from itertools import batched

from django.db import connection
from django.db.models import F, QuerySet

from kini.cases.models import Case, Checkpoint, TimelineEntry
from kini.core import current_time
from kini.core.chain.blocks import last_block
from kini.core.models import AuditEntry, ChainRemoval

#: Chain name under which lawful removals are recorded by reference (`core.chain.record_removal`).
REMOVED = "cases"
#: Maximal number of cases in one checkpoint.
MOST = 10_000
_SUBJECT = "case:"
_ENTRIES = """
    SELECT asked.reference, c.id IS NOT NULL, encode(t.digest, 'hex')
    FROM unnest(%s::text[], %s::integer[]) AS asked (reference, number)
    LEFT JOIN cases_case c ON c.reference = asked.reference
    LEFT JOIN cases_timelineentry t ON t.case_id = c.id AND t.number = asked.number
"""


def record_checkpoint() -> int:
    """Checkpoint all cases that changed since the last checkpoint (at first all cases); return their number.

    Changed cases are read from the audit trail up to its last sealed entry, before which no entry can appear any more.
    """
    block, before = last_block("audit"), Checkpoint.objects.order_by("-pk").first()
    if block is None or (before and block.last <= before.audited):
        return 0
    if before is None:
        return _store(Case.objects.all(), block.last)
    subjects = AuditEntry.objects.filter(
        pk__gt=before.audited, pk__lte=block.last, subject__startswith=_SUBJECT
    ).values_list("subject", flat=True)
    references = sorted({subject.removeprefix(_SUBJECT) for subject in subjects})
    return sum(_store(Case.objects.filter(reference__in=some), block.last) for some in batched(references, MOST))


def record_recent_checkpoint(days: int = 2) -> int:
    """Checkpoint all cases with an entry in the last days, since actions on other cases add entries too."""
    last = Checkpoint.objects.order_by("-pk").first()
    since = current_time.now() - timedelta(days=days)
    recent = TimelineEntry.objects.filter(at__gt=since).values("case_id")
    return _store(Case.objects.filter(pk__in=recent), last.audited) if last else 0


def _store(cases: QuerySet[Case], audited: int) -> int:
    """Store checkpoints of these cases. Heads are read from the timelines, not from the cases."""
    heads = (
        TimelineEntry.objects.filter(case__in=cases, number=F("case__entries"))
        .order_by("case_id")
        .values_list("case__reference", "number", "digest")
    )
    count = 0
    for some in batched(heads.iterator(chunk_size=MOST), MOST):
        lines = [f"{reference} {number} {bytes(digest).hex()}" for reference, number, digest in some]
        Checkpoint.objects.create(at=current_time.now(), audited=audited, heads="\n".join(lines))
        count += len(lines)
    return count


def verify_checkpoints() -> Iterator[str]:
    """Compare all checkpoints with the stored timelines; yield a sentence for each contradiction."""
    removed = set(ChainRemoval.objects.filter(chain=REMOVED).values_list("subject", flat=True))
    reported: set[str] = set()
    for checkpoint in Checkpoint.objects.order_by("pk").iterator(chunk_size=10):
        heads = {
            reference: (int(number), digest)
            for reference, number, digest in map(str.split, checkpoint.heads.splitlines())
            if reference not in removed and reference not in reported
        }
        for reference, fault in _faults(heads):
            reported.add(reference)
            yield f"{reference}: {fault} (checkpoint of {checkpoint.at:%Y-%m-%d %H:%M} UTC)"


def _faults(heads: Mapping[str, tuple[int, str]]) -> Iterator[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(_ENTRIES, [list(heads), [number for number, _digest in heads.values()]])
        for reference, there, digest in cursor.fetchall():
            number, recorded = heads[reference]
            if not there:
                yield reference, "the whole case is gone"
            elif digest is None:
                yield reference, f"it had entry {number}, which is gone"
            elif digest != recorded:
                yield reference, f"its entry {number} is another one"
