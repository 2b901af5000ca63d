"""The connection that settings.DATABASES names."""

from typing import Any

from django.db import OperationalError
from django.db.backends.postgresql import base

from kini.core.database.prepared import LOST, waiting


class DatabaseWrapper(base.DatabaseWrapper):
    """What waits is sent before anything else is asked, committed with the rest, and forgotten when all is undone."""

    def validate_no_broken_transaction(self) -> None:
        """Django says of a part that could not be undone that the program goes on where it must not. Where nothing can
        be undone because the connection is lost, the program does what is right.
        """
        if self.needs_rollback and self.connection is not None and self.connection.closed:
            raise OperationalError(LOST)
        super().validate_no_broken_transaction()

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
