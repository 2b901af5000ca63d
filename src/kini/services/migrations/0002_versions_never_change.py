"""A version and its edges are written once: cases read them for ever."""

from django.db import migrations

from kini.core.database.append_only_triggers import append_only, not_append_only

TABLES = ("services_serviceversion", "services_flowedge")


class Migration(migrations.Migration):
    dependencies = [("core", "0002_guards"), ("services", "0001_initial")]
    operations = [migrations.RunSQL(append_only(table), not_append_only(table)) for table in TABLES]
