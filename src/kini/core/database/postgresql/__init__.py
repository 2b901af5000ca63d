"""Django's PostgreSQL, but that statements may wait for the next one (core.database.prepared.execute_deferred)."""
