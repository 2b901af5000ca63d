"""Queries of letters: of a case, and those whose file outlives it."""

from typing import Any

from django.db.models import QuerySet

from kini.cases.models import Case
from kini.core import current_time
from kini.core.retention import rules, term_of
from kini.documents.models import OPEN_STATES
from kini.letters.document_type import RETENTION
from kini.letters.models import Letter


def of_case(case: Case) -> list[Letter]:
    """Letters of a case, latest first. One query."""
    return list(
        case.letters.select_related("signed_document__successor", "attachment").order_by("-signed_document__ordinal")
    )


def open_letters(case: Case) -> QuerySet[Letter]:
    """Letters of a case that wait for their signature or are valid."""
    return case.letters.filter(signed_document__state__in=OPEN_STATES).select_related("signed_document")


def retained_attachments(case: Case) -> set[Any]:
    """Ids of files of a case that are letters within their own term."""
    since = current_time.now() - term_of(rules.get(RETENTION.name))
    retained = case.letters.filter(signed_document__issued_at__gte=since, attachment__isnull=False)
    return set(retained.values_list("attachment_id", flat=True))
