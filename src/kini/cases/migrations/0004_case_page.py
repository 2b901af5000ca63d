"""Beside a case: who is mentioned, who looks, and the texts that officers often write."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from kini.core.database.append_only_triggers import append_only, not_append_only

VERSIONS = "cases_cannedreplyversion"


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0003_queue_and_search'),
        ('city', '0001_initial'),
        ('people', '0002_guards'),
        ('services', '0002_versions_never_change'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='CannedReply',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title', models.CharField(max_length=80)),
                ('text', models.TextField()),
                ('number', models.PositiveIntegerField(help_text='Of the version that title and text are.')),
                ('active', models.BooleanField(default=True)),
                ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='replies', to='city.agency')),
                ('service', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='replies', to='services.service')),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(fields=('agency', 'service', 'title'), name='cases_reply_title_once', nulls_distinct=False),
                ],
            },
        ),
        migrations.CreateModel(
            name='CannedReplyVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('title', models.CharField(max_length=80)),
                ('text', models.TextField()),
                ('at', models.DateTimeField(auto_now_add=True)),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL)),
                ('reply', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='cases.cannedreply')),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(fields=('reply', 'number'), name='cases_reply_version_once'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Mention',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('read_at', models.DateTimeField(null=True)),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='mentions', to='cases.timelineentry')),
                ('officer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='mentions', to='people.officer')),
            ],
            options={
                'indexes': [
                    models.Index(fields=['officer', '-id'], name='cases_mention_officer'),
                    models.Index(condition=models.Q(('read_at__isnull', True)), fields=['officer'], name='cases_mention_unread'),
                ],
                'constraints': [
                    models.UniqueConstraint(fields=('entry', 'officer'), name='cases_mention_once'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Presence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('until', models.DateTimeField(db_index=True)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='presences', to='cases.case')),
                ('officer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='people.officer')),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(fields=('case', 'officer'), name='cases_presence_once'),
                ],
            },
        ),
        migrations.RunSQL(append_only(VERSIONS), not_append_only(VERSIONS)),
    ]
