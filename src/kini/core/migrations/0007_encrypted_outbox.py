"""Encrypt waiting messages, delete delivered ones, and empty the cache."""

from django.db import migrations

from kini.core.database.encrypt_column import EncryptColumn
from kini.core.database.encryption import EncryptedLookupField, EncryptedTextField


class Migration(migrations.Migration):
    dependencies = [("core", "0006_chain_guards")]
    operations = [
        migrations.RunSQL("DELETE FROM core_cacheentry", migrations.RunSQL.noop),
        migrations.RunSQL("DELETE FROM core_outboxmessage WHERE delivered_at IS NOT NULL", migrations.RunSQL.noop),
        migrations.RemoveField("OutboxMessage", "delivered_at"),
        EncryptColumn("OutboxMessage", "recipient", EncryptedLookupField(context="core.outbox.recipient")),
        EncryptColumn("OutboxMessage", "subject", EncryptedTextField(context="core.outbox.subject", blank=True)),
        EncryptColumn("OutboxMessage", "text", EncryptedTextField(context="core.outbox.text")),
    ]
