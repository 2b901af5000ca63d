import django.db.models.deletion
import kini.core.database.encryption
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('city', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='SignedDocument',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('type', models.CharField(max_length=60)),
                ('subject', models.CharField(max_length=120)),
                ('ordinal', models.PositiveIntegerField()),
                ('number', models.CharField(max_length=140, unique=True)),
                ('code', models.CharField(max_length=30, unique=True)),
                ('template', models.CharField(max_length=60)),
                ('template_digest', models.CharField(max_length=64)),
                ('language', models.CharField(max_length=12)),
                ('content', kini.core.database.encryption.EncryptedJSONField(context='letters.letter.said')),
                ('issued_at', models.DateTimeField()),
                ('valid_until', models.DateField(null=True)),
                ('state', models.CharField(choices=[('waiting', 'Waiting'), ('valid', 'Valid'), ('withdrawn', 'Withdrawn'), ('replaced', 'Replaced')], default='waiting', max_length=10)),
                ('signed_at', models.DateTimeField(null=True)),
                ('sha256', models.CharField(blank=True, db_index=True, max_length=64)),
                ('size', models.PositiveIntegerField(default=0, help_text='Bytes.')),
                ('ended_at', models.DateTimeField(null=True)),
                ('cause', models.CharField(blank=True, max_length=20)),
                ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='city.agency')),
                ('successor', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='predecessor', to='documents.signeddocument')),
            ],
            options={
                'ordering': ['type', 'subject', 'ordinal'],
            },
        ),
        migrations.CreateModel(
            name='SignedDocumentEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('state', models.CharField(choices=[('waiting', 'Waiting'), ('valid', 'Valid'), ('withdrawn', 'Withdrawn'), ('replaced', 'Replaced')], max_length=10)),
                ('actor_kind', models.CharField(choices=[('resident', 'resident'), ('officer', 'officer'), ('system', 'system'), ('guest', 'guest')], max_length=10)),
                ('actor_id', models.BigIntegerField(null=True)),
                ('actor_name', models.CharField(blank=True, max_length=60)),
                ('note', kini.core.database.encryption.EncryptedTextField(blank=True, context='letters.entry.note')),
                ('document', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='history', to='documents.signeddocument')),
            ],
            options={
                'ordering': ['at', 'id'],
            },
        ),
        migrations.AddIndex(
            model_name='signeddocument',
            index=models.Index(condition=models.Q(('state', 'waiting')), fields=['issued_at'], name='documents_waiting'),
        ),
        migrations.AddConstraint(
            model_name='signeddocument',
            constraint=models.UniqueConstraint(fields=('type', 'subject', 'ordinal'), name='documents_ordinal_once'),
        ),
        migrations.AddConstraint(
            model_name='signeddocument',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ('waiting', 'valid'))), fields=('type', 'subject', 'template'), name='documents_one_open'),
        ),
        migrations.AddConstraint(
            model_name='signeddocument',
            constraint=models.CheckConstraint(condition=models.Q(('subject__contains', ':')), name='documents_subject_has_type'),
        ),
        migrations.AddConstraint(
            model_name='signeddocument',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'valid'), _negated=True), ('signed_at__isnull', False), _connector='OR'), name='documents_valid_was_signed'),
        ),
        migrations.AddConstraint(
            model_name='signeddocument',
            constraint=models.CheckConstraint(condition=models.Q(('sha256', ''), ('signed_at__isnull', False), _connector='OR'), name='documents_file_was_signed'),
        ),
        migrations.AddConstraint(
            model_name='signeddocument',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('state__in', ('waiting', 'valid'))), models.Q(models.Q(('state__in', ('waiting', 'valid')), _negated=True), ('ended_at__isnull', False)), _connector='OR'), name='documents_end_has_time'),
        ),
        migrations.AddConstraint(
            model_name='signeddocument',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'replaced'), ('successor__isnull', False)), models.Q(models.Q(('state', 'replaced'), _negated=True), ('successor__isnull', True)), _connector='OR'), name='documents_replaced_by_another'),
        ),
        migrations.AddConstraint(
            model_name='signeddocument',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'withdrawn'), models.Q(('cause', ''), _negated=True)), models.Q(models.Q(('state', 'withdrawn'), _negated=True), ('cause', '')), _connector='OR'), name='documents_withdrawn_for_cause'),
        ),
    ]
