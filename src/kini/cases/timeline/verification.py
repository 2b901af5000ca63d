"""Verification of timelines: detect changes made outside the program."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from django.db import connection, transaction

from kini.cases.models import Attachment, Case, TimelineEntry
from kini.cases.timeline import digests, redaction
from kini.core import files
from kini.core.crypto import DecryptionError

BATCH = 500


@dataclass(slots=True)
class _Files:
    """Results for files that were already read, so that each is read once."""

    good: dict[str, bool] = field(default_factory=dict)

    def whole(self, sha256: str) -> bool:
        if sha256 not in self.good:
            self.good[sha256] = files.is_intact(sha256)
        return self.good[sha256]


def verify_case(case: Case) -> list[str]:
    """Return all faults of one case, a sentence each; empty if it is intact."""
    return _verify(case.pk, _Files())


def verify_all(*, with_files: bool = True) -> Iterator[tuple[str, list[str]]]:
    """Verify all cases in batches: yield each reference with its faults, deleted cases last.

    A case that seems faulty is verified again under a lock, so that concurrent moves raise no false alarm.

    Args:
        with_files: also verify the content of every file.
    """
    seen = _Files() if with_files else None
    last = 0
    while cases := _after(last):
        last = cases[-1].pk
        try:
            entries, documents = _of(TimelineEntry, cases), _of(Attachment, cases)
        except DecryptionError:  # in one of them: each by itself tells which
            yield from ((case.reference, _verify(case.pk, seen)) for case in cases)
            continue
        for case in cases:
            wrong = any(_faults(case, entries[case.pk], documents[case.pk], seen))
            yield case.reference, _verify(case.pk, seen) if wrong else []
    for reference in _vanished():
        yield reference, ["the whole case is gone"]


def _after(last: int) -> list[Case]:
    """Next batch of cases. If an encrypted column is corrupt, it is deferred; the case is then reported by its own
    check.
    """
    batch = Case.objects.filter(pk__gt=last).order_by("pk")[:BATCH]
    try:
        return list(batch)
    except DecryptionError:
        return list(batch.defer("guest_key"))


def checked_files() -> set[str]:
    """Hashes of the files that are verified with the timelines."""
    return set(Attachment.objects.filter(case__isnull=False).values_list("sha256", flat=True))


def _of[M: (TimelineEntry, Attachment)](model: type[M], cases: Iterable[Case]) -> dict[int, list[M]]:
    rows: dict[int, list[M]] = defaultdict(list)
    for row in model._default_manager.filter(case__in=[case.pk for case in cases]).order_by("case_id", "pk"):
        rows[row.case_id].append(row)  # type: ignore[index]
    return rows


@transaction.atomic
def _verify(pk: int, seen: _Files | None) -> list[str]:
    case = Case.objects.select_for_update(of=("self",)).defer("guest_key").get(pk=pk)
    try:
        return list(_faults(case, list(case.timeline.all()), list(case.documents.all()), seen))
    except DecryptionError:
        return ["an encrypted part of it, of its entries or of its documents was changed outside the program"]


def _faults(
    case: Case, entries: list[TimelineEntry], documents: list[Attachment], seen: _Files | None
) -> Iterator[str]:
    entries.sort(key=lambda entry: entry.number)
    yield from _chain_faults(case, entries)
    if not digests.is_case_mac_valid(case):
        yield "its state, dates or seal were changed outside the program"
    states = [entry.to_state for entry in entries if entry.to_state]
    if states and case.state != states[-1]:
        yield f'it stands in "{case.state}", its timeline says "{states[-1]}"'
    yield from _content_faults(case, entries, documents)
    if seen is not None:
        for document in documents:
            if document.sha256 and not seen.whole(document.sha256):
                yield f'the file of document "{document.name}" ({document.slot}) is missing or changed'


def _chain_faults(case: Case, entries: list[TimelineEntry]) -> Iterator[str]:
    previous = digests.NO_ENTRY
    redacted = redaction.redacted_digests(entries)
    for expected, entry in enumerate(entries, 1):
        if entry.number != expected:
            yield f"entry {expected} is missing"
            return
        if bytes(entry.previous) != previous:
            yield f"entry {entry.number} does not follow the entry before it"
        recorded = redacted.get(entry.number) or bytes(entry.digest).hex()
        if recorded not in digests.entry_digests(case.reference, entry):
            yield f"entry {entry.number} was changed"
        previous = bytes(entry.digest)
    if len(entries) != case.entries or previous != bytes(case.head):
        yield f"its timeline has {len(entries)} entries and ends otherwise than the case says ({case.entries})"


PART_WORDS = {
    "facts": "its service, resident or channel",
    "holder": "its agency, area or officer",
    "answers": "its answers",
    "documents": "its list of documents",
}


def _content_faults(case: Case, entries: list[TimelineEntry], documents: list[Attachment]) -> Iterator[str]:
    """Parts whose digest differs from the one in the last entry that changed them."""
    recorded: dict[str, str] = {}
    for entry in entries:
        recorded |= entry.data.get("holds") or {}
    for part, words in PART_WORDS.items():
        if recorded.get(part) != digests.part_digest(part, case, documents):
            yield f"{words} were changed outside the program"


def _vanished() -> list[str]:
    """References of submitted cases in the audit trail that are gone without a record of lawful removal."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT substr(subject, 6) FROM core_auditentry a WHERE action = 'cases.submitted' AND NOT EXISTS"
            " (SELECT 1 FROM cases_case c WHERE 'case:' || c.reference = a.subject) AND NOT EXISTS"
            " (SELECT 1 FROM core_chainremoval r WHERE r.chain = 'cases' AND 'case:' || r.subject = a.subject)"
            " ORDER BY 1"
        )
        return [reference for (reference,) in cursor.fetchall()]
