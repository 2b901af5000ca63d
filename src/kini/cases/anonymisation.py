"""Rules of anonymisation: the parts of an ended case that stay after its term, and the documents that outlive it."""

from collections.abc import Callable
from typing import Any

from kini.cases.models import Case, Document
from kini.core.registry import Registry
from kini.services.kinds import Kind
from kini.services.versions import Resolved

#: Types of fields whose answers are figures that name nobody.
FIGURES = frozenset({"choice", "multichoice", "boolean", "integer", "decimal", "money", "year"})
#: Decimals of a degree that stay of a place: about a kilometre.
COARSE = 2

#: Documents of a case that are kept longer than the case: ids, by the room that says so.
kept_documents: Registry[Callable[[Case], set[Any]]] = Registry("keeper of documents")


def figures(kind: Kind, resolved: Resolved, given: dict[str, Any]) -> dict[str, Any]:
    """Answers that stay of a case of that kind: none, or the figures that are not about a person."""
    if not kind.figures_stay:
        return {}
    return {
        name: given[name]
        for name, field in resolved.fields.items()
        if name in given and field.type in FIGURES and field.profile is None and not field.is_sealed()
    }


def coarse(case: Case) -> tuple[float | None, float | None]:
    """The place of a case, rounded."""
    if case.latitude is None or case.longitude is None:
        return None, None
    return round(case.latitude, COARSE), round(case.longitude, COARSE)


def to_remove(case: Case) -> list[Document]:
    """The documents of a case whose files go with it."""
    kept = {pk for keeper in kept_documents for pk in keeper(case)}
    return [each for each in case.documents.all() if each.pk not in kept and each.sha256]
