"""Database backend: Django's for PostgreSQL, which also flushes deferred statements (prepared_statements)."""

from typing import Any

from django.db import OperationalError
from django.db.backends.postgresql import base

from kini.core.database.prepared_statements import CONNECTION_LOST, pending_statements


class DatabaseWrapper(base.DatabaseWrapper):
    """Connection that sends deferred statements before any other, and discards them on rollback."""

    def validate_no_broken_transaction(self) -> None:
        """Raise OperationalError where Django would blame the caller, although the connection was lost."""
        if self.needs_rollback and self.connection is not None and self.connection.closed:
            raise OperationalError(CONNECTION_LOST)
        super().validate_no_broken_transaction()

    def create_cursor(self, name: str | None = None) -> Any:
        if self.connection is not None and (statements := pending_statements(self.connection)):
            statements.flush()
        return super().create_cursor(name)

    def _commit(self) -> None:
        statements = pending_statements(self.connection) if self.connection is not None else None
        if statements is None:
            super()._commit()  # type: ignore[misc]
            return
        with self.wrap_database_errors:
            statements.flush(commit=True)

    def _rollback(self) -> None:
        self._discard_deferred()
        super()._rollback()  # type: ignore[misc]

    def _close(self) -> None:
        self._discard_deferred()
        super()._close()  # type: ignore[misc]

    def _discard_deferred(self) -> None:
        if self.connection is not None and (statements := pending_statements(self.connection)):
            statements.discard()
