"""The waiting list of today is of persons: somebody without a profile is called through the account that registered."""

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models

from kini.people.public import follow_merges, not_follow_merges

TABLE = "vaccination_standbyrequest"
FILL = f"""
    UPDATE {TABLE} AS request SET person_id = resident.person_id FROM people_resident AS resident
    WHERE resident.id = request.resident_id;
    SET CONSTRAINTS ALL IMMEDIATE;
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vaccination", "0010_registrations_triggers")]
    operations: ClassVar = [
        migrations.AddField(
            "standbyrequest",
            "person",
            models.ForeignKey("people.person", django.db.models.deletion.CASCADE, related_name="+", null=True),
        ),
        migrations.RunSQL(FILL),
        migrations.AlterField(
            "standbyrequest",
            "person",
            models.ForeignKey("people.person", django.db.models.deletion.CASCADE, related_name="+"),
        ),
        migrations.RemoveConstraint("standbyrequest", "vaccination_standby_once_a_day"),
        migrations.RemoveField("standbyrequest", "resident"),
        migrations.AddConstraint(
            "standbyrequest",
            models.UniqueConstraint(fields=("person", "campaign", "day"), name="vaccination_standby_once_a_day"),
        ),
        migrations.RunSQL(follow_merges(TABLE), not_follow_merges(TABLE)),
    ]
