"""Triggers: who may sign up for a shift, and how many."""

from typing import ClassVar

from django.db import migrations

from kini.core.database.sql_files import LoadSql


class Migration(migrations.Migration):
    dependencies: ClassVar = [("together", "0005_volunteers")]
    operations: ClassVar = [
        LoadSql("together", "together_sign_up_guard", new=True),
        LoadSql("together", "together_sign_up_count", new=True),
    ]
