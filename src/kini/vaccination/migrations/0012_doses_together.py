"""Several doses of one person at one appointment and visit: added doses, registrations and visits that belong together."""

from typing import ClassVar
import django.db.models.deletion
from django.db import migrations, models

from kini.core.database.sql_files import LoadSql


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ('booking', '0006_sql_files'),
        ('people', '0026_residents_relations'),
        ('vaccination', '0011_standby_persons'),
    ]

    operations: ClassVar = [
        migrations.CreateModel(
            name='AddedDose',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('vaccine', models.CharField(help_text='Of the pack.', max_length=60)),
                ('dose_ul', models.PositiveIntegerField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('ended_because', models.CharField(blank=True, choices=[('given', 'given'), ('released', 'released'), ('settled', 'settled')], max_length=8)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='registration',
            name='vaccination_booked_with_appointment',
        ),
        migrations.AddField(
            model_name='registration',
            name='together_with',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='others', to='vaccination.registration'),
        ),
        migrations.AddField(
            model_name='visit',
            name='part_of',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='parts', to='vaccination.visit'),
        ),
        migrations.AddField(
            model_name='addeddose',
            name='booking',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='added_doses', to='booking.booking'),
        ),
        migrations.AddField(
            model_name='addeddose',
            name='site',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='vaccination.site'),
        ),
        migrations.AddField(
            model_name='registration',
            name='added_dose',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='vaccination.addeddose'),
        ),
        migrations.AddConstraint(
            model_name='registration',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'booked'), _negated=True), models.Q(models.Q(('vaccine', ''), _negated=True), models.Q(('booking__isnull', False), ('together_with__isnull', False), _connector='OR')), _connector='OR'), name='vaccination_booked_with_appointment'),
        ),
        migrations.AddConstraint(
            model_name='addeddose',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('booking', 'vaccine'), name='vaccination_added_dose_once'),
        ),
        migrations.AddConstraint(
            model_name='addeddose',
            constraint=models.CheckConstraint(condition=models.Q(('dose_ul__gte', 1)), name='vaccination_added_of_a_dose'),
        ),
        migrations.AddConstraint(
            model_name='addeddose',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('ended_because', '')), models.Q(('ended_at__isnull', False), models.Q(('ended_because', ''), _negated=True)), _connector='OR'), name='vaccination_added_ended_because'),
        ),
        LoadSql("vaccination", "vaccination_added_dose", new=True),
        LoadSql("vaccination", "vaccination_added_doses_end", new=True),
    ]
