"""Anonymisation rules: answers kept after the retention period, and documents that outlive their case."""

from collections.abc import Callable
from typing import Any

from kini.cases.models import Attachment, Case, Draft
from kini.core.registry import Registry
from kini.services.public import Kind, ServiceSnapshot

#: Field types whose answers identify nobody.
FIGURES = frozenset({"choice", "multichoice", "boolean", "integer", "decimal", "money", "year"})
#: Decimals of a degree kept of coordinates: about one kilometre.
COARSE = 2

#: Functions of rooms that return ids of documents to keep longer than their case.
kept_documents: Registry[Callable[[Case], set[Any]]] = Registry("keeper of documents")


def remaining_figures(
    kind: Kind[Any, Case, Draft], snapshot: ServiceSnapshot, answers: dict[str, Any]
) -> dict[str, Any]:
    """Answers to keep: figures that identify nobody, if the kind keeps them; otherwise none."""
    if not kind.keeps_statistics:
        return {}
    return {
        name: answers[name]
        for name, field in snapshot.fields.items()
        if name in answers and field.type in FIGURES and field.profile is None and not field.is_sealed()
    }


def coarse_point(case: Case) -> tuple[float | None, float | None]:
    """Coordinates of a case, rounded."""
    if case.latitude is None or case.longitude is None:
        return None, None
    return round(case.latitude, COARSE), round(case.longitude, COARSE)


def documents_to_remove(case: Case) -> list[Attachment]:
    """Documents of a case whose files are removed with it."""
    kept_ids = {pk for keeper in kept_documents for pk in keeper(case)}
    return [each for each in case.documents.all() if each.pk not in kept_ids and each.sha256]
