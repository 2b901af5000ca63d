"""Trigger: signatures of heads stay, too."""

from typing import ClassVar

from django.db import migrations

from kini.core.database.sql_files import LoadSql


class Migration(migrations.Migration):
    dependencies: ClassVar = [("together", "0013_signed_heads")]
    operations: ClassVar = [LoadSql("together", "together_signed_head_stays", new=True)]
