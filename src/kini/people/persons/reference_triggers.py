"""SQL for migrations: triggers of tables that refer to a person."""


def follow_merges(table: str, column: str = "person_id") -> str:
    """Create triggers by which a table's rows always refer to the root of a person's tree.

    A row recorded for an absorbed person (by a page opened before the merge, or a phone that was offline) is stored
    for the survivor, and goes along when the merge is undone. The table needs a numeric primary key `id`. The functions
    are in people/sql.
    """
    name = f"{table}_{column}"
    return f"""
        CREATE TRIGGER {name}_follows BEFORE INSERT ON {table}
            FOR EACH ROW WHEN (NEW.{column} IS NOT NULL) EXECUTE FUNCTION kini_person_reference('{column}');
        CREATE TRIGGER {name}_moves BEFORE UPDATE OF {column} ON {table}
            FOR EACH ROW WHEN (NEW.{column} IS DISTINCT FROM OLD.{column})
            EXECUTE FUNCTION kini_person_reference('{column}');
        CREATE TRIGGER {name}_forgets AFTER DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION kini_person_reference_gone('{column}');
    """


def not_follow_merges(table: str, column: str = "person_id") -> str:
    """The reverse of `follow_merges`."""
    name = f"{table}_{column}"
    return "".join(f"DROP TRIGGER {name}_{each} ON {table};" for each in ("follows", "moves", "forgets"))
