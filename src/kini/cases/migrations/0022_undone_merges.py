"""A merge is into an earlier case, and undone it leads back to the state before."""

from typing import ClassVar

from django.db import migrations

from kini.core.database.sql_files import LoadSql


class Migration(migrations.Migration):
    dependencies: ClassVar = [("cases", "0021_desk_independent_step")]
    operations: ClassVar = [LoadSql("cases", name) for name in ("kini_case_leader", "kini_case_step")]
