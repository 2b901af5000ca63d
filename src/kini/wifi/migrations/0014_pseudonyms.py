"""Pseudonyms of person and device in sessions, with a new key each month."""

from django.db import migrations, models

ADD = """
ALTER TABLE wifi_session
    ADD COLUMN person_pseudonym bytea CHECK (length(person_pseudonym) = 16),
    ADD COLUMN device_pseudonym bytea CHECK (length(device_pseudonym) = 16)
"""
DROP = "ALTER TABLE wifi_session DROP COLUMN person_pseudonym, DROP COLUMN device_pseudonym"


class Migration(migrations.Migration):

    dependencies = [("wifi", "0013_at_once")]

    operations = [
        migrations.RunSQL(ADD, DROP),
        migrations.CreateModel(
            name="PseudonymKey",
            fields=[
                ("month", models.DateField(primary_key=True, serialize=False)),
                ("key", models.BinaryField(null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("month__day", 1)), name="wifi_pseudonym_month")
                ],
            },
        ),
    ]
