"""List and map of public reports are read from one index; the outcome follows the case."""

from django.db import migrations, models

from kini.core.database.sql_files import LoadSql

_OUTCOMES = """
    UPDATE reports_publication SET outcome = cases_case.outcome FROM cases_case
    WHERE cases_case.id = case_id AND cases_case.outcome <> ''
"""


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0022_undone_merges'),
        ('reports', '0007_audit_draws'),
        ('services', '0003_desk_independent_of'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='publication',
            name='reports_newest',
        ),
        migrations.AddField(
            model_name='publication',
            name='outcome',
            field=models.CharField(blank=True, editable=False, help_text='Of the case (trigger); empty while it is open.', max_length=12),
        ),
        migrations.AddIndex(
            model_name='publication',
            index=models.Index(condition=models.Q(('state', 'released')), fields=['-opened_at', 'case'], include=('cell', 'service', 'outcome', 'latitude', 'longitude'), name='reports_newest'),
        ),
        migrations.AddIndex(
            model_name='publication',
            index=models.Index(condition=models.Q(('state', 'released')), fields=['service', '-opened_at', 'case'], name='reports_newest_service'),
        ),
        LoadSql("reports", "reports_follow_case", new=True),
        migrations.RunSQL(_OUTCOMES, migrations.RunSQL.noop),
    ]
