"""Retention of signed letters."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from kini.cases import actions
from kini.cases.anonymisation import kept_documents
from kini.cases.models import Case
from kini.core import moments
from kini.core.actors import system
from kini.core.retention import YEAR, Removal, Rule, rules, term_of
from kini.letters.models import Letter

BY = system("retention")
NAME = "letters.papers"
LETTERS_AT_ONCE = 100


def _past(before: datetime) -> QuerySet[Letter]:
    return Letter.objects.filter(issued_at__lt=before, document__isnull=False).exclude(document__sha256="")


def _remove(before: datetime) -> int:
    """Remove the files of some letters; that there was one, and its number, stay."""
    letters = list(_past(before).select_related("case", "document").order_by("pk")[:LETTERS_AT_ONCE])
    for letter in letters:
        if letter.document:
            actions.remove_files(by=BY, case=letter.case, documents=[letter.document])
    return len(letters)


def kept(case: Case) -> set[Any]:
    """The documents of a case that are letters whose own term is not over."""
    before = moments.now() - term_of(rules.get(NAME))
    found = Letter.objects.filter(case=case, issued_at__gte=before, document__isnull=False)
    return set(found.values_list("document_id", flat=True))


def register() -> None:
    """Register the rule; called once, when the room is ready."""
    rule = Rule(
        NAME,
        _("Signed letters"),
        _("Archives law; anybody who holds one must be able to check it"),
        10 * YEAR,
        Removal(lambda before: _past(before).count(), _remove),
    )
    rules.register(NAME, rule)
    kept_documents.register(NAME, kept)
