"""Corrections: a resident changes answers at an officer's request, in the case's own draft, until they send it."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from kini.cases import case_answers, rules
from kini.cases.models import Attachment, Case, Draft, TimelineEntry
from kini.cases.transition_inputs import PAGES_TO_CORRECT, document_ids_in
from kini.core import current_time
from kini.core.actors import ActionRefused
from kini.services.public import ServiceSnapshot, questions


class Incomplete(ActionRefused):
    """Answers are missing; `pages` holds the keys of these pages in order."""

    def __init__(self, pages: list[str]) -> None:
        super().__init__(_("Some questions are not answered yet. Answer them, then send it once more."))
        self.pages = pages


def flagged_pages(case: Case) -> frozenset[str]:
    """Keys of the pages that the officer asked to have corrected; empty means all."""
    entry = TimelineEntry.objects.filter(case=case).exclude(to_state="").order_by("-number").first()
    return frozenset((entry.data.get("given") or {}).get(PAGES_TO_CORRECT) or ()) if entry else frozenset()


def open_pages(case: Case, draft: Draft, snapshot: ServiceSnapshot) -> frozenset[str]:
    """Keys of the pages that may be changed: those requested, and those made necessary by the changes so far."""
    if not rules.is_correctable(snapshot.flow, case.state):
        return frozenset()
    before, applicable = (
        case_answers.of_case(case),
        questions.applicable_pages(snapshot, case_answers.of_draft(draft), {}),
    )
    pages = flagged_pages(case)
    return frozenset(
        page.key for page in applicable if not pages or page.key in pages or questions.lacks_answers(page, before)
    )


def current_documents(draft: Draft) -> Iterator[Attachment]:
    """Documents in use: new ones, and those of the case that the draft's answers still refer to."""
    used = referenced_files(case_answers.of_draft(draft))
    for document in draft.documents.filter(removed_at__isnull=True).order_by("uploaded_at", "pk"):
        if document.case_id is None or str(document.pk) in used:
            yield document


def referenced_files(values: dict[str, Any]) -> frozenset[str]:
    """Ids of all documents that answers refer to."""
    return frozenset(file for value in values.values() for file in document_ids_in(value))


def reset_draft(case: Case, snapshot: ServiceSnapshot) -> None:
    """Reset the draft to the case's answers and delete files that were never submitted."""
    draft = Draft.objects.select_for_update().filter(case=case).first()
    if draft:
        draft.documents.filter(case__isnull=True).delete()
        case_answers.assign_to_draft(draft, snapshot, case_answers.of_case(case))
        draft.save(update_fields=["answers", "sealed", "updated_at"])


def copy_to_case(case: Case, snapshot: ServiceSnapshot) -> list[str]:
    """Copy the draft's answers to the case and mark replaced documents as removed. The caller saves the case.

    Returns:
        Names of the answers that changed.

    Raises:
        Incomplete: when something that must be answered is not.
    """
    draft = Draft.objects.select_for_update().filter(case=case).first()
    if draft is None:
        return []
    old, new = case_answers.of_case(case), case_answers.of_draft(draft)
    if missing := questions.missing_pages(snapshot, new, {}):
        raise Incomplete([page.key for page in missing])
    new = questions.final_answers(snapshot, new, {})
    used = referenced_files(new)
    draft.documents.filter(case__isnull=True, pk__in=used).update(case=case)
    draft.documents.filter(case__isnull=True).delete()
    draft.documents.filter(case=case, removed_at__isnull=True).exclude(pk__in=used).update(
        removed_at=current_time.now()
    )
    case_answers.assign_to_case(case, snapshot, new)
    return sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))
