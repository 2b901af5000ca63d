"""The connection that settings.DATABASES names."""

from typing import Any

from django.db.backends.postgresql import base

from kini.core.database.prepared import waiting


class DatabaseWrapper(base.DatabaseWrapper):
    """What waits is sent before anything else is asked, committed with the rest, and forgotten when all is undone."""

    def create_cursor(self, name: str | None = None) -> Any:
        if self.connection is not None and (own := waiting(self.connection)):
            own.send()
        return super().create_cursor(name)

    def _commit(self) -> None:
        own = waiting(self.connection) if self.connection is not None else None
        if own is None:
            super()._commit()  # type: ignore[misc]
            return
        with self.wrap_database_errors:
            own.send(commit=True)

    def _rollback(self) -> None:
        self._forget()
        super()._rollback()  # type: ignore[misc]

    def _close(self) -> None:
        self._forget()
        super()._close()  # type: ignore[misc]

    def _forget(self) -> None:
        if self.connection is not None and (own := waiting(self.connection)):
            own.forget()
