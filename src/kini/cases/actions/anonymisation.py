"""Anonymise ended cases past retention: answers, documents and texts go; reference, state and dates stay."""

import secrets
from collections.abc import Iterable

from django.db import connection
from django.utils.translation import gettext as _

from kini.cases import anonymisation, case_answers, timeline
from kini.cases.locking import lock_case
from kini.cases.models import Attachment, Case, Draft
from kini.cases.timeline import redaction
from kini.core import audit, current_time
from kini.core.actions import action
from kini.core.actors import ActionRefused, Actor, require_system
from kini.people.public import legal_holds
from kini.services.public import kinds, snapshot_of


@action
def anonymise(*, by: Actor, case: Case) -> Case:
    """Remove personal data from an ended case. Its timeline stays verifiable: an entry carries the new digests.

    Raises:
        NotAllowed: for anybody but the program.
        ActionRefused: when the case goes on, was anonymised before, or is on hold.
    """
    _only_the_program(by)
    case = lock_case(case)
    if case.closed_at is None or case.anonymised_at or _on_hold(case):
        raise ActionRefused(_("This case cannot be made anonymous now."))
    kind, snapshot = kinds.get(case.kind), snapshot_of(case.version)
    redacted = redaction.redact(case)
    case_answers.assign_to_case(
        case, snapshot, anonymisation.remaining_figures(kind, snapshot, case_answers.of_case(case))
    )
    case.latitude, case.longitude = anonymisation.coarse_point(case)
    changed = ["answers", "documents", "holder"]
    if kind.private:  # nobody is to be found any more, and the secret link opens nothing
        case.resident = case.submitted_by = None
        case.guest_key = secrets.token_urlsafe(32)
        changed.append("facts")
    Draft.objects.filter(case=case).delete()
    _drop_files(anonymisation.documents_to_remove(case))
    _drop_texts_of_ratings(case)
    case.anonymised_at = current_time.now()
    timeline.append(case, by=by, sort=redaction.REDACTION_ENTRY, data={"redacted": redacted}, changed=changed)
    audit.record(by=by, action="cases.anonymised", subject=f"case:{case.reference}")
    return case


@action
def remove_files(*, by: Actor, case: Case, documents: Iterable[Attachment]) -> Case:
    """Remove the files of documents that outlived their case.

    Raises:
        NotAllowed: for anybody but the program.
    """
    _only_the_program(by)
    case = lock_case(case)
    _drop_files(list(documents))
    timeline.append(case, by=by, sort=redaction.REDACTION_ENTRY, public=False, changed=["documents"])
    audit.record(by=by, action="cases.files-removed", subject=f"case:{case.reference}")
    return case


def _drop_files(documents: list[Attachment]) -> None:
    """Clear the hashes on the rows; the file sweep then deletes the files."""
    for each in documents:
        each.sha256 = each.source_sha256 = ""
        each.name, each.taken_at, each.removed_at = each.slot, None, each.removed_at or current_time.now()
    fields = ["sha256", "source_sha256", "name", "taken_at", "removed_at"]
    Attachment.objects.bulk_update(documents, fields)


def _drop_texts_of_ratings(case: Case) -> None:
    """Remove the texts of ratings through the only function that may change this append-only table."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT kini_ratings_redact(%s)", [case.pk])


def _on_hold(case: Case) -> bool:
    if case.resident_id and legal_holds.held_resident_ids().filter(resident_id=case.resident_id).exists():
        return True
    return legal_holds.held_case_references().filter(reference=case.reference).exists()


def _only_the_program(by: Actor) -> None:
    require_system(by)
