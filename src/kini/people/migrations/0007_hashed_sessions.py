"""Hash the keys of sessions and encrypt their data; everybody who is signed in stays signed in."""

import base64
import hashlib
from typing import Any

from django.core import signing
from django.db import migrations, models

from kini.core.crypto import encrypt_json

BATCH = 2000
#: Salt of Django's signed sessions, as in the previous release.
SALT = "django.contrib.sessions.SessionStore"


def hash_keys(apps: Any, schema_editor: Any) -> None:
    sessions = apps.get_model("people", "Session").objects
    keys = list(sessions.values_list("pk", flat=True))
    for start in range(0, len(keys), BATCH):
        old = keys[start : start + BATCH]
        rows = [row for row in map(_hashed, sessions.filter(pk__in=old)) if row]
        sessions.filter(pk__in=old).delete()
        sessions.bulk_create(rows)


def _hashed(row: Any) -> Any:
    """The row under its new name; None when the site's secret changed meanwhile, so that nobody could use it."""
    try:
        data = signing.loads(row.session_data, salt=SALT, serializer=signing.JSONSerializer)
    except (signing.BadSignature, ValueError):
        return None
    row.session_key = hashlib.sha256(row.session_key.encode()).hexdigest()
    row.session_data = base64.b64encode(encrypt_json(data, f"session:{row.session_key}")).decode()
    row._state.adding = True
    return row


def end_all(apps: Any, schema_editor: Any) -> None:
    apps.get_model("people", "Session").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("people", "0006_consents_of_tokens")]
    operations = [
        migrations.AlterField(
            "Session",
            "session_key",
            models.CharField(max_length=64, primary_key=True, serialize=False, verbose_name="session key"),
        ),
        migrations.RunPython(hash_keys, end_all),
    ]
