"""SQL for migrations: triggers of append-only tables, and of tables that other triggers maintain."""


def append_only(table: str, *, rotated: tuple[str, ...] = ()) -> str:
    """Create triggers that refuse UPDATE, DELETE and TRUNCATE of a table (their function is of core's 0002).

    Args:
        rotated: encrypted columns that `./kini rotate-keys` may update (core's 0011).
    """
    columns = ", ".join(f"'{column}'" for column in rotated)
    return f"""
        CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION kini_append_only({columns});
        CREATE TRIGGER {table}_append_only_whole BEFORE TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION kini_append_only();
    """


def not_append_only(table: str) -> str:
    """The reverse of `append_only`."""
    return f"""
        DROP TRIGGER {table}_append_only ON {table};
        DROP TRIGGER {table}_append_only_whole ON {table};
    """


def maintained(table: str) -> str:
    """Create a trigger that refuses every change of a table but by the triggers of others (core's 0014)."""
    return f"""
        CREATE TRIGGER {table}_maintained BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION kini_maintained();
    """


def not_maintained(table: str) -> str:
    """The reverse of `maintained`."""
    return f"DROP TRIGGER {table}_maintained ON {table}"
