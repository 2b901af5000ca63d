"""Entries of the access log for readers from outside, who are no officers."""

from typing import ClassVar

from django.db import migrations, models
from django.db.models import Q

import kini.core.database.encryption


class Migration(migrations.Migration):
    dependencies: ClassVar = [("people", "0023_sql_files")]
    operations: ClassVar = [
        migrations.AddField(
            "accesslog",
            "reader",
            kini.core.database.encryption.EncryptedTextField(
                blank=True,
                context="people.access.reader",
                help_text="Name of a reader from outside.",
                rotates=False,
            ),
        ),
        migrations.AlterField(
            "accesslog",
            "officer",
            models.ForeignKey(db_index=False, null=True, on_delete=models.deletion.PROTECT, to="people.officer"),
        ),
        migrations.RemoveConstraint("accesslog", "people_access_look_reason"),
        migrations.AddConstraint(
            "accesslog",
            models.CheckConstraint(
                condition=Q(day__isnull=False) | ~Q(reason="") | Q(officer__isnull=True),
                name="people_access_look_reason",
            ),
        ),
        migrations.AddConstraint(
            "accesslog",
            models.CheckConstraint(
                condition=Q(officer__isnull=False, reader="")
                | (Q(officer__isnull=True, day__isnull=True, resident__isnull=False) & ~Q(reader="")),
                name="people_access_by_one_reader",
            ),
        ),
    ]
