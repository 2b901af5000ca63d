"""Answers are append-only."""

from django.db import migrations

from kini.core.database.append_only_triggers import append_only, not_append_only

ANSWERS = "reports_closinganswer"


class Migration(migrations.Migration):
    dependencies = [("reports", "0003_closing")]
    operations = [migrations.RunSQL(append_only(ANSWERS), not_append_only(ANSWERS))]
