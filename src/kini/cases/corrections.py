"""Corrections: a resident changes answers at an officer's request, in the case's own draft, until they send it."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from kini.cases import answers, rules
from kini.cases.inputs import PAGES, files_in
from kini.cases.models import Case, Document, Draft, TimelineEntry
from kini.core import moments
from kini.core.actors import Refused
from kini.services.questions import applicable_pages, final_answers, is_missing, missing_pages
from kini.services.versions import Resolved


class Incomplete(Refused):
    """Answers are missing; `pages` holds the keys of these pages in order."""

    def __init__(self, pages: list[str]) -> None:
        super().__init__(_("Some questions are not answered yet. Answer them, then send it once more."))
        self.pages = pages


def flagged(case: Case) -> frozenset[str]:
    """Keys of the pages that the officer asked to have corrected; empty means all."""
    entry = TimelineEntry.objects.filter(case=case).exclude(to_state="").order_by("-number").first()
    return frozenset((entry.data.get("given") or {}).get(PAGES) or ()) if entry else frozenset()


def open_pages(case: Case, draft: Draft, resolved: Resolved) -> frozenset[str]:
    """Keys of the pages that may be changed: those requested, and those made necessary by the changes so far."""
    if not rules.correctable(resolved.flow, case.state):
        return frozenset()
    before, asked = answers.of_case(case), applicable_pages(resolved, answers.of_draft(draft), {})
    pages = flagged(case)
    return frozenset(page.key for page in asked if not pages or page.key in pages or is_missing(page, before))


def present(draft: Draft) -> Iterator[Document]:
    """Documents in use: new ones, and those of the case that the draft's answers still refer to."""
    used = used_files(answers.of_draft(draft))
    for document in draft.documents.filter(removed_at__isnull=True).order_by("uploaded_at", "pk"):
        if document.case_id is None or str(document.pk) in used:
            yield document


def used_files(given: dict[str, Any]) -> frozenset[str]:
    """Ids of all documents that answers refer to."""
    return frozenset(file for value in given.values() for file in files_in(value))


def reset(case: Case, resolved: Resolved) -> None:
    """Reset the draft to the case's answers and delete files that were never submitted."""
    draft = Draft.objects.select_for_update().filter(case=case).first()
    if draft:
        draft.documents.filter(case__isnull=True).delete()
        answers.put_in_draft(draft, resolved, answers.of_case(case))
        draft.save(update_fields=["answers", "sealed", "updated_at"])


def take_over(case: Case, resolved: Resolved) -> list[str]:
    """Copy the draft's answers to the case and mark replaced documents as removed. The caller saves the case.

    Returns:
        Names of the answers that changed.

    Raises:
        Incomplete: when something that must be answered is not.
    """
    draft = Draft.objects.select_for_update().filter(case=case).first()
    if draft is None:
        return []
    old, new = answers.of_case(case), answers.of_draft(draft)
    if missing := missing_pages(resolved, new, {}):
        raise Incomplete([page.key for page in missing])
    new = final_answers(resolved, new, {})
    used = used_files(new)
    draft.documents.filter(case__isnull=True, pk__in=used).update(case=case)
    draft.documents.filter(case__isnull=True).delete()
    draft.documents.filter(case=case, removed_at__isnull=True).exclude(pk__in=used).update(removed_at=moments.now())
    answers.put_in_case(case, resolved, new)
    return sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))
