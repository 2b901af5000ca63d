"""Draws of audits with their lots, and figures of the offices."""

import django.db.models.deletion
import django.db.models.expressions
import kini.core.database.encryption
from django.db import migrations, models

from kini.core.database.sql_files import LoadSql


class Migration(migrations.Migration):

    dependencies = [
        ('city', '0003_maps_layer'),
        ('reports', '0006_open311'),
    ]

    operations = [
        migrations.AlterField(
            model_name='audit',
            name='cause',
            field=models.CharField(choices=[('disputed', 'disputed'), ('random', 'random')], max_length=8),
        ),
        migrations.CreateModel(
            name='AuditDraw',
            fields=[
                ('day', models.DateField(primary_key=True, serialize=False)),
                ('commitment', models.CharField(help_text='SHA-256 of the seed, published the day before.', max_length=64)),
                ('secret', kini.core.database.encryption.EncryptedTextField(blank=True, context='reports.draw.secret', help_text='The seed until it is drawn.')),
                ('seed', models.CharField(blank=True, max_length=64)),
                ('one_in', models.PositiveSmallIntegerField(help_text='Of so many reports of an agency one is audited, at least one.')),
                ('until', models.DateTimeField(help_text='Closings before it have been in this draw or an earlier one.', null=True)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('seed', ''), ('until__isnull', True)), models.Q(('commitment', models.Func(models.Func(models.Func(models.F('seed'), models.Value('UTF8'), function='convert_to'), function='sha256'), models.Value('hex'), function='encode', output_field=models.TextField())), ('until__isnull', False)), _connector='OR'), name='reports_draw_by_its_seed'), models.CheckConstraint(condition=models.Q(('one_in__gt', 0)), name='reports_draw_one_in')],
            },
        ),
        migrations.CreateModel(
            name='AgencyFigures',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('closed', models.PositiveIntegerField()),
                ('confirmed', models.PositiveIntegerField()),
                ('disputed', models.PositiveIntegerField()),
                ('cannot_tell', models.PositiveIntegerField()),
                ('audited', models.PositiveIntegerField()),
                ('failed', models.PositiveIntegerField()),
                ('late', models.PositiveIntegerField(help_text='Closed after their time.')),
                ('open', models.PositiveIntegerField()),
                ('overdue', models.PositiveIntegerField(help_text='Open ones whose time is over.')),
                ('median_days', models.PositiveIntegerField(help_text='Kaplan-Meier, with those still open.', null=True)),
                ('agency', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='city.agency')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('day', 'agency'), name='reports_figures_once'), models.CheckConstraint(condition=models.Q(('audited__gte', models.F('failed')), ('closed__gte', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('confirmed'), '+', models.F('disputed')), '+', models.F('cannot_tell'))), ('closed__gte', models.F('audited')), ('open__gte', models.F('overdue'))), name='reports_figures_add_up')],
            },
        ),
        migrations.CreateModel(
            name='AuditLot',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ticket', models.CharField(max_length=32)),
                ('drawn', models.BooleanField()),
                ('agency', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='city.agency')),
                ('draw', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='lots', to='reports.auditdraw')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('draw', 'agency', 'ticket'), name='reports_lot_once')],
            },
        ),
        LoadSql("reports", "reports_draw_guard", new=True),
    ]
