"""Blocks with a reason, of a device, a person or a voucher. Earlier blocks become the operator's."""

import django.db.models.deletion
import django.db.models.functions.text
import django.db.models.lookups
from django.conf import settings
from django.db import migrations, models

BEFORE = """
INSERT INTO wifi_block (device, reference, reason, area_path, made_at)
SELECT mark, '', '-', '', blocked_at FROM wifi_device WHERE blocked_at IS NOT NULL
"""


class Migration(migrations.Migration):

    dependencies = [
        ('city', '0001_initial'),
        ('wifi', '0017_plans'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Block',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('device', models.BinaryField(null=True)),
                ('reference', models.CharField(blank=True, max_length=30)),
                ('reason', models.CharField(max_length=240)),
                ('area_path', models.CharField(blank=True, max_length=120)),
                ('made_at', models.DateTimeField()),
                ('lifted_at', models.DateTimeField(null=True)),
                ('agency', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='city.agency')),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('owner', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('voucher', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='wifi.voucher')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('device__isnull', False), ('owner', None), ('voucher', None)), models.Q(('device', None), ('owner__isnull', False), ('voucher', None)), models.Q(('device', None), ('owner', None), ('voucher__isnull', False)), _connector='OR'), name='wifi_block_one'), models.CheckConstraint(condition=django.db.models.lookups.Exact(django.db.models.functions.text.Length('device'), 32), name='wifi_block_device'), models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='wifi_block_reason'), models.UniqueConstraint(condition=models.Q(('lifted_at', None)), fields=('device',), name='wifi_block_device_once'), models.UniqueConstraint(condition=models.Q(('lifted_at', None)), fields=('owner',), name='wifi_block_owner_once'), models.UniqueConstraint(condition=models.Q(('lifted_at', None)), fields=('voucher',), name='wifi_block_voucher_once')],
            },
        ),
        migrations.RunSQL(BEFORE, migrations.RunSQL.noop),
    ]
