"""Encrypt kept answers and key the digests of requests, including existing rows."""

from typing import Any

from django.db import migrations, models

from kini.core.crypto import mac
from kini.core.database.encrypt_column import EncryptColumn
from kini.core.database.encryption import EncryptedTextField


def key_digests(apps: Any, schema_editor: Any) -> None:
    for answer in apps.get_model("api", "KeptAnswer").objects.only("request").iterator():
        answer.request = mac(bytes(answer.request), "api.request")
        answer.save(update_fields=["request"])


class Migration(migrations.Migration):
    dependencies = [("api", "0001_initial")]
    operations = [
        EncryptColumn("KeptAnswer", "body", EncryptedTextField(context="api.answer.body")),
        migrations.AlterField(
            "KeptAnswer",
            "request",
            models.BinaryField(help_text="Keyed hash of method, address and body.", max_length=32),
        ),
        migrations.RunPython(key_digests, migrations.RunPython.noop),
    ]
