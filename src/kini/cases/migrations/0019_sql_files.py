"""Functions and triggers as their files have them."""

from django.db import migrations

from kini.core.database.sql_files import LoadSql

FUNCTIONS = (
    "kini_case_leader",
    "kini_case_step",
    "kini_rating_of_an_end",
    "kini_rating_redaction",
    "kini_ratings_redact",
    "kini_timeline_redact",
    "kini_timeline_update",
)


class Migration(migrations.Migration):
    dependencies = [("cases", "0018_merged_into")]
    operations = [LoadSql("cases", name) for name in FUNCTIONS]
