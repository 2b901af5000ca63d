"""Clients of Open311 and the reports that they filed."""

import django.db.models.deletion
import django.db.models.functions.datetime
import kini.core.database.encryption
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0022_undone_merges'),
        ('reports', '0005_reopening_guard'),
    ]

    operations = [
        migrations.CreateModel(
            name='Open311Client',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=80)),
                ('key_hash', models.BinaryField(help_text='Keyed; the key itself is stored nowhere.', max_length=32, unique=True)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('revoked_at', models.DateTimeField(null=True)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('key_hash__length', 32)), name='reports_open311_key_hash'), models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='reports_open311_client_has_a_name')],
            },
        ),
        migrations.CreateModel(
            name='FiledRequest',
            fields=[
                ('case', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='filed', serialize=False, to='cases.case')),
                ('idempotency_key', models.CharField(blank=True, max_length=200)),
                ('digest', models.BinaryField(help_text='Keyed hash of service, place, words and address of the photo.', max_length=32)),
                ('media_url', kini.core.database.encryption.EncryptedTextField(blank=True, context='reports.filed.media-url', help_text='Never fetched.')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('client', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='requests', to='reports.open311client')),
            ],
            options={
                'indexes': [models.Index(fields=['client', 'digest', 'created_at'], name='reports_filed_same')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('idempotency_key', ''), _negated=True), fields=('client', 'idempotency_key'), name='reports_filed_once'), models.CheckConstraint(condition=models.Q(('digest__length', 32)), name='reports_filed_digest')],
            },
        ),
    ]
