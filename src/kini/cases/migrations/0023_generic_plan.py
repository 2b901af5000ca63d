"""Case steps are checked with plans that are made once per connection."""

from typing import ClassVar

from django.db import migrations

from kini.core.database.sql_files import LoadSql


class Migration(migrations.Migration):
    dependencies: ClassVar = [("cases", "0022_undone_merges")]
    operations: ClassVar = [LoadSql("cases", "kini_case_step")]
