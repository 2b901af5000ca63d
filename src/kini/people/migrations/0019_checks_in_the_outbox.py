"""Tries of a check are counted by the outbox that sends it."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("people", "0018_encrypted_contacts")]

    operations = [migrations.RemoveField(model_name="registercheck", name="tries")]
