"""Public reports of an area, their end, and people who want messages about an area."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

from kini.core.database.sql_files import LoadSql

_AREAS_AND_ENDS = """
    UPDATE reports_publication SET area_path = cases_case.area_path, closed_at = cases_case.closed_at FROM cases_case
    WHERE cases_case.id = case_id
"""


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0023_generic_plan'),
        ('city', '0003_maps_layer'),
        ('reports', '0009_other_cities'),
        ('services', '0003_desk_independent_of'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='AreaSubscription',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('since', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('told_until', models.DateTimeField(help_text='News up to then were told, or were there before.')),
            ],
        ),
        migrations.RemoveIndex(
            model_name='publication',
            name='reports_newest',
        ),
        migrations.AddField(
            model_name='publication',
            name='area_path',
            field=models.CharField(blank=True, help_text='Of the case when it was opened.', max_length=120),
        ),
        migrations.AddField(
            model_name='publication',
            name='closed_at',
            field=models.DateTimeField(editable=False, help_text='Of the case (trigger).', null=True),
        ),
        migrations.AddIndex(
            model_name='publication',
            index=models.Index(condition=models.Q(('state', 'released')), fields=['-opened_at', 'case'], include=('cell', 'service', 'outcome', 'latitude', 'longitude', 'area_path'), name='reports_newest'),
        ),
        migrations.AddIndex(
            model_name='publication',
            index=models.Index(condition=models.Q(('state', 'released')), fields=['area_path', '-opened_at'], name='reports_newest_area', opclasses=['varchar_pattern_ops', 'timestamptz_ops']),
        ),
        migrations.AddIndex(
            model_name='publication',
            index=models.Index(condition=models.Q(('closed_at__isnull', False), ('state', 'released')), fields=['closed_at'], include=('area_path', 'outcome'), name='reports_ended'),
        ),
        migrations.AddIndex(
            model_name='publicversion',
            index=models.Index(condition=models.Q(('number', 1)), fields=['at'], name='reports_first_released'),
        ),
        migrations.AddField(
            model_name='areasubscription',
            name='area',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='city.area'),
        ),
        migrations.AddField(
            model_name='areasubscription',
            name='user',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='areasubscription',
            constraint=models.UniqueConstraint(fields=('user', 'area'), name='reports_area_once'),
        ),
        LoadSql("reports", "reports_follow_case"),
        migrations.RunSQL(_AREAS_AND_ENDS, migrations.RunSQL.noop),
    ]
