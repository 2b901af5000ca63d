
import django.db.models.deletion
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('cases', '0002_guards'),
        ('city', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Letter',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('entry', models.PositiveIntegerField()),
                ('ordinal', models.PositiveSmallIntegerField()),
                ('code', models.CharField(max_length=30, unique=True)),
                ('template', models.CharField(max_length=60)),
                ('source', models.CharField(max_length=64)),
                ('language', models.CharField(max_length=12)),
                ('said', models.JSONField()),
                ('issued_at', models.DateTimeField()),
                ('state', models.CharField(choices=[('waiting', 'Waiting'), ('valid', 'Valid'), ('withdrawn', 'Withdrawn'), ('replaced', 'Replaced')], default='waiting', max_length=10)),
                ('ended_at', models.DateTimeField(null=True)),
                ('cause', models.CharField(blank=True, help_text='Why it was withdrawn (rules.CAUSES).', max_length=20)),
                ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='city.agency')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='letters', to='cases.case')),
                ('document', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='letter', to='cases.document')),
                ('successor', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='predecessor', to='letters.letter')),
            ],
            options={
                'ordering': ['case', 'ordinal'],
                'constraints': [
                    models.UniqueConstraint(fields=('case', 'ordinal'), name='letters_number'),
                    models.UniqueConstraint(condition=models.Q(('state__in', ('waiting', 'valid'))), fields=('case', 'template'), name='letters_one_live'),
                    models.CheckConstraint(condition=models.Q(models.Q(('state', 'valid'), _negated=True), ('document__isnull', False), _connector='OR'), name='letters_valid_has_a_file'),
                    models.CheckConstraint(condition=models.Q(models.Q(('state__in', ('waiting', 'valid')), ('ended_at__isnull', True)), models.Q(models.Q(('state__in', ('waiting', 'valid')), _negated=True), models.Q(('ended_at', None), _negated=True)), _connector='OR'), name='letters_ended_at_a_time'),
                    models.CheckConstraint(condition=models.Q(models.Q(('state', 'replaced'), ('successor__isnull', False)), models.Q(models.Q(('state', 'replaced'), _negated=True), ('successor__isnull', True)), _connector='OR'), name='letters_replaced_by_another'),
                    models.CheckConstraint(condition=models.Q(models.Q(('state', 'withdrawn'), models.Q(('cause', ''), _negated=True)), models.Q(models.Q(('state', 'withdrawn'), _negated=True), ('cause', '')), _connector='OR'), name='letters_withdrawn_for_a_cause'),
                ],
            },
        ),
        migrations.CreateModel(
            name='LetterEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('sort', models.CharField(choices=[('waiting', 'Waiting'), ('valid', 'Valid'), ('withdrawn', 'Withdrawn'), ('replaced', 'Replaced')], max_length=10)),
                ('actor_kind', models.CharField(choices=[('resident', 'resident'), ('officer', 'officer'), ('system', 'system'), ('guest', 'guest')], max_length=10)),
                ('actor_id', models.BigIntegerField(null=True)),
                ('actor_name', models.CharField(blank=True, max_length=60)),
                ('note', models.TextField(blank=True)),
                ('letter', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='history', to='letters.letter')),
            ],
            options={
                'ordering': ['at', 'id'],
            },
        ),
    ]
