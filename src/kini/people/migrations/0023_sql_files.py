"""Functions and triggers as their files have them."""

from django.db import migrations

from kini.core.database.sql_files import LoadSql

FUNCTIONS = (
    "kini_assurance_level",
    "kini_new_person",
    "kini_number_moves_up",
    "kini_person_details",
    "kini_person_merge",
    "kini_person_reference",
    "kini_person_reference_gone",
    "kini_person_root",
    "kini_profile_person",
)


class Migration(migrations.Migration):
    dependencies = [("people", "0022_person_search_keys")]
    operations = [LoadSql("people", name) for name in FUNCTIONS]
