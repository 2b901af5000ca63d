"""PostgreSQL: embedded server, roles, dumps, prepared statements, bulk writes, encrypted columns."""
