"""Private interfaces of Django in use: check them at each upgrade (upper bound in pyproject.toml).

What lies behind `Model.__init__` and `Model.from_db`: a row's state with the cache of its related rows. The methods by
which a connection commits, rolls back and closes are overridden in `database/postgresql/base.py`.
tests/core/test_private_interfaces.py names what an upgrade changed.
"""

from collections.abc import Mapping

from django.db.models import Model
from django.db.models.base import ModelState

#: Methods of Django's connection that core/database/postgresql/base.py overrides.
CONNECTION_METHODS = ("_commit", "_rollback", "_close", "create_cursor", "validate_no_broken_transaction")


def bare_row[M: Model](model: type[M]) -> M:
    """Make an instance without attributes, not stored yet; no signals."""
    row = model.__new__(model)
    row._state = ModelState()
    return row


def cache_related(row: Model, related: Mapping[str, Model | None]) -> None:
    """Set instances of foreign keys, by field, that are then not fetched."""
    row._state.fields_cache.update(related)
