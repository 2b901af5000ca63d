"""SQL of migrations: functions come from their files, and no migration patches the text of another."""

import re

from kini.core.environment import ROOT

#: Written before functions had files of their own (core.database.sql_files).
PATCHES = {
    "letters/migrations/0004_text_removal.py",
    "wifi/migrations/0006_sessions.py",
    "wifi/migrations/0009_decide_passes.py",
    "wifi/migrations/0013_at_once.py",
    "wifi/migrations/0020_since_the_second.py",
    "wifi/migrations/0021_quick_decide.py",
    "wifi/migrations/0022_decide_at_once.py",
    "wifi/migrations/0023_points_as_they_stand.py",
}
PATCH = re.compile(r"\.replace\(|import_module\(|re\.sub\(")


def test_no_migration_patches_the_text_of_another() -> None:
    """Change the function's file, and load it by `LoadSql`."""
    rooms = ROOT / "src" / "kini"
    found = {
        str(path.relative_to(rooms))
        for path in rooms.glob("*/migrations/*.py")
        if PATCH.search(path.read_text("utf-8"))
    }
    assert found == PATCHES
