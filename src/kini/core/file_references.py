"""Registry of the columns that name kept files. A file that none of them names is swept after a day (file_sweep)."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db.models import QuerySet

from kini.core import file_store
from kini.core.registry import Registry


@dataclass(frozen=True, slots=True)
class FileColumn:
    """A column that holds the hash of a kept file.

    Attributes:
        model: "app.Model".
    """

    model: str
    column: str = "sha256"

    def rows(self) -> QuerySet[Any]:
        """Rows that name a file."""
        return apps.get_model(self.model)._base_manager.exclude(**{self.column: ""})


#: By "room.thing". Each room that keeps files registers here when it starts.
references: Registry[FileColumn] = Registry("column of files")


def named_among(candidates: set[str]) -> set[str]:
    """Those of some hashes that a row names."""
    named: set[str] = set()
    for each in references:
        rows = each.rows().filter(**{f"{each.column}__in": candidates})
        named.update(rows.values_list(each.column, flat=True))
    return named


def faults(*, checked: Collection[str] = ()) -> Iterator[str]:
    """Files that a row names and that are missing or changed, a sentence each.

    Args:
        checked: hashes of files that somebody checked already.
    """
    for sha256 in sorted(all_named().difference(checked)):
        if not file_store.is_whole(sha256):
            yield f"the kept file {sha256} is {'changed' if file_store.exists(sha256) else 'missing'}"


def all_named() -> set[str]:
    """Every hash that a row names."""
    named: set[str] = set()
    for each in references:
        named.update(each.rows().values_list(each.column, flat=True).iterator())
    return named
