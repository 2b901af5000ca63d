"""Private interfaces of Django in use: check them at each upgrade (upper bound in pyproject.toml).

What lies behind `Model.__init__` and `Model.from_db`: a row's state with the cache of its related rows. The methods by
which a connection commits, rolls back and closes are overridden in `database/postgresql/base.py`. The models that
migrations render again after each operation (`ProjectState._find_reload_model`, `add_field`).
tests/core/test_private_interfaces.py names what an upgrade changed.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any

from django.apps import apps
from django.db.migrations.state import ProjectState
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


@contextmanager
def few_models_rendered() -> Iterator[None]:
    """Render few models again after each operation of a migration.

    Django renders every model that is related to the changed one, over all rooms: most of the time in which a new
    database is migrated. A new model, an index, a constraint, a plain field or a new foreign key changes no other
    model's table. Operations that run Python still get all models, as the state is marked as delayed.
    """
    find = ProjectState._find_reload_model  # type: ignore[attr-defined]
    add = ProjectState.add_field
    adding = False

    def find_few(state: Any, app_label: str, model_name: str, delay: bool = False) -> set[tuple[str, str]]:
        is_new = model_name not in state.apps.all_models[app_label]
        if not (delay or adding or is_new):
            related: set[tuple[str, str]] = find(state, app_label, model_name, delay)
            return related
        state.is_delayed = True
        return {(app_label, model_name)}

    def add_field(*arguments: Any, **options: Any) -> None:
        nonlocal adding
        adding = True
        try:
            add(*arguments, **options)
        finally:
            adding = False

    # The method's own cache is emptied at each change of the state, though no setting changes while migrations run.
    apps.__dict__["get_swappable_settings_name"] = cache(apps.get_swappable_settings_name)
    ProjectState._find_reload_model = find_few  # type: ignore[attr-defined]
    ProjectState.add_field = add_field  # type: ignore[method-assign]
    try:
        yield
    finally:
        ProjectState._find_reload_model = find  # type: ignore[attr-defined]
        ProjectState.add_field = add  # type: ignore[method-assign]
        del apps.__dict__["get_swappable_settings_name"]
