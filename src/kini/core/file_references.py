"""Registry of the columns that reference stored files. A file without a reference is deleted after a day."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db.models import QuerySet

from kini.core import file_store
from kini.core.registry import Registry


@dataclass(frozen=True, slots=True)
class FileColumn:
    """A column that holds the hash of a stored file.

    Attributes:
        model: "app.Model".
    """

    model: str
    column: str = "sha256"

    def rows(self) -> QuerySet[Any]:
        """Rows with a file."""
        rows: QuerySet[Any] = apps.get_model(self.model)._base_manager.exclude(**{self.column: ""})
        return rows


#: By "room.model". Each room that stores files registers its columns at start.
references: Registry[FileColumn] = Registry("column of files")


def referenced_among(candidates: set[str]) -> set[str]:
    """Return the candidates that a row references."""
    named: set[str] = set()
    for each in references:
        rows = each.rows().filter(**{f"{each.column}__in": candidates})
        named.update(rows.values_list(each.column, flat=True))
    return named


def integrity_errors(*, checked: Collection[str] = ()) -> Iterator[str]:
    """Yield a sentence for each referenced file that is missing or changed.

    Args:
        checked: hashes of files that were checked already.
    """
    for sha256 in sorted(referenced_hashes().difference(checked)):
        if not file_store.is_intact(sha256):
            yield f"the stored file {sha256} is {'changed' if file_store.exists(sha256) else 'missing'}"


def referenced_hashes() -> set[str]:
    """Return every referenced hash."""
    named: set[str] = set()
    for each in references:
        named.update(each.rows().values_list(each.column, flat=True).iterator())
    return named
