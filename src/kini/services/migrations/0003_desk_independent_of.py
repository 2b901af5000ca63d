"""Moves of which an edge must be independent (four eyes)."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("services", "0002_versions_never_change")]

    operations = [
        migrations.AddField(
            "flowedge",
            "independent_of",
            django.contrib.postgres.fields.ArrayField(models.CharField(max_length=60), default=list),
        ),
    ]
