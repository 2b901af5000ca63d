"""Triggers: draws and visits stay as they were, and a visitor is of no side."""

from typing import ClassVar

from django.db import migrations

from kini.core.database.sql_files import LoadSql


class Migration(migrations.Migration):
    dependencies: ClassVar = [("together", "0009_visits")]
    operations: ClassVar = [LoadSql("together", "together_visit_guard", new=True)]
