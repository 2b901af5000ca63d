"""Retention of signed letters: file and text are deleted; number, code, dates and state stay."""

from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from kini.cases import actions
from kini.cases.models import Case
from kini.cases.public import kept_documents
from kini.core import current_time
from kini.core.actors import system
from kini.core.retention import YEAR, Removal, RetentionRule, rules, term_of
from kini.letters import actions as letter_actions
from kini.letters.models import OPEN_STATES, Letter
from kini.people.public import legal_holds

BY = system("retention")
NAME = "letters.papers"
LETTERS_AT_ONCE = 100


def _expired_letters(before: datetime) -> QuerySet[Letter]:
    """Letters past their term that still have their text; waiting ones are excluded."""
    over = Q(document__isnull=False) | ~Q(state__in=OPEN_STATES)
    return Letter.objects.filter(over, issued_at__lt=before).exclude(said="")


def _on_hold() -> Q:
    of_person = Q(case__resident__isnull=False, case__resident_id__in=legal_holds.held_resident_ids())
    return of_person | Q(case__reference__in=legal_holds.held_case_references())


def _remove(before: datetime) -> int:
    """Delete files and texts of some letters."""
    letters = list(
        _expired_letters(before).exclude(_on_hold()).select_related("case", "document").order_by("pk")[:LETTERS_AT_ONCE]
    )
    for letter in letters:
        if letter.document and letter.document.sha256:
            actions.remove_files(by=BY, case=letter.case, documents=[letter.document])
        letter_actions.remove_text(by=BY, letter=letter)
    return len(letters)


def retained_documents(case: Case) -> set[Any]:
    """Documents of a case that are letters within their own term."""
    before = current_time.now() - term_of(rules.get(NAME))
    retained = Letter.objects.filter(case=case, issued_at__gte=before, document__isnull=False)
    return set(retained.values_list("document_id", flat=True))


def register() -> None:
    """Register the rule; called from `AppConfig.ready`."""
    rule = RetentionRule(
        NAME,
        _("Signed letters"),
        _("Archives law; anybody who holds one must be able to check it"),
        10 * YEAR,
        Removal(
            lambda before: _expired_letters(before).exclude(_on_hold()).count(),
            _remove,
            lambda before: _expired_letters(before).filter(_on_hold()).count(),
        ),
    )
    rules.register(NAME, rule)
    kept_documents.register(NAME, retained_documents)
