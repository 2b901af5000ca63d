"""Encrypt messages, their recipients, what people wrote, and push subscriptions."""

from django.db import migrations, models

from kini.core.database.encrypt_column import EncryptColumn
from kini.core.database.encryption import EncryptedJSONField, EncryptedLookupField, EncryptedTextField


class Migration(migrations.Migration):

    dependencies = [
        ('kini_messages', '0003_subscription'),
    ]

    operations = [
        migrations.RemoveConstraint('silence', 'messages_silence_once'),
        migrations.RemoveConstraint('silence', 'messages_silence_of_somebody'),
        migrations.RemoveConstraint('heard', 'messages_heard_whole_point'),
        migrations.RemoveIndex('heard', 'messages_heard_from'),
        EncryptColumn('delivery', 'fault', EncryptedTextField(blank=True, context='messages.delivery.fault')),
        EncryptColumn('delivery', 'recipient', EncryptedLookupField(context='messages.delivery.recipient', help_text='Number or address; empty for push and post.')),
        EncryptColumn('heard', 'latitude', EncryptedJSONField(context='messages.heard.latitude', null=True)),
        EncryptColumn('heard', 'longitude', EncryptedJSONField(context='messages.heard.longitude', null=True)),
        EncryptColumn('heard', 'reply', EncryptedTextField(blank=True, context='messages.heard.reply')),
        EncryptColumn('heard', 'sender', EncryptedLookupField(context='messages.heard.sender', help_text='Phone number in E.164.')),
        EncryptColumn('heard', 'text', EncryptedTextField(blank=True, context='messages.heard.text')),
        EncryptColumn('message', 'short', EncryptedTextField(context='messages.message.short', help_text='What an SMS says.')),
        EncryptColumn('message', 'subject', EncryptedTextField(context='messages.message.subject')),
        EncryptColumn('message', 'text', EncryptedTextField(context='messages.message.text')),
        EncryptColumn('message', 'words', EncryptedJSONField(context='messages.message.words', default=dict, help_text='By name; templates of WhatsApp are filled with them.')),
        EncryptColumn('silence', 'recipient', EncryptedLookupField(context='messages.silence.recipient')),
        EncryptColumn('subscription', 'auth', EncryptedTextField(context='messages.subscription.auth')),
        EncryptColumn('subscription', 'endpoint', EncryptedLookupField(context='messages.subscription.endpoint', unique=True)),
        EncryptColumn('subscription', 'public', EncryptedTextField(context='messages.subscription.public')),
        migrations.AddConstraint('silence', models.UniqueConstraint(fields=('channel', 'recipient'), name='messages_silence_once')),
        migrations.AddConstraint('silence', models.CheckConstraint(condition=models.Q(('recipient', ''), _negated=True), name='messages_silence_of_somebody')),
        migrations.AddConstraint('heard', models.CheckConstraint(condition=models.Q(models.Q(('latitude__isnull', True), ('longitude__isnull', True)), models.Q(('latitude__isnull', False), ('longitude__isnull', False)), _connector='OR'), name='messages_heard_whole_point')),
        migrations.AddIndex('heard', models.Index(fields=['sender', '-at'], name='messages_heard_from')),
    ]
