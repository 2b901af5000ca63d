"""Queries for data on legal hold, used by retention and deletion."""

from typing import Any

from django.db.models import Q, QuerySet

from kini.people.models import LegalHold


def _open() -> QuerySet[LegalHold]:
    return LegalHold.objects.filter(lifted_at=None)


def held_resident_ids() -> QuerySet[LegalHold, Any]:
    """Ids of the persons on hold."""
    return _open().filter(resident__isnull=False).values("resident_id")


def held_user_ids() -> QuerySet[LegalHold, Any]:
    """Ids of the accounts of persons on hold."""
    return _open().filter(resident__user__isnull=False).values("resident__user_id")


def held_case_references() -> QuerySet[LegalHold, Any]:
    """References of the cases on hold."""
    return _open().exclude(reference="").values("reference")


def hold_on_person(*, user_id: int | None, resident_id: int | None) -> LegalHold | None:
    """Return the hold on a person, or None."""
    return _open().filter(Q(resident_id=resident_id or 0) | Q(resident__user_id=user_id or 0)).first()
