"""Search keys of the persons of all profiles."""

from django.db import migrations


def fill(apps, schema_editor):
    from kini.people.persons.search_keys import refresh_all

    refresh_all()


class Migration(migrations.Migration):
    dependencies = [("people", "0021_profile_persons")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
