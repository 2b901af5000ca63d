"""Encrypt names, contacts, addresses and days of birth of profiles and accounts."""

from django.db import migrations, models

from kini.core.database.encrypt_column import EncryptColumn
from kini.core.database.encryption import EncryptedDateField, EncryptedLookupField, EncryptedTextField


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0017_register_checks'),
    ]

    operations = [
        migrations.RemoveIndex('resident', 'people_resident_phone'),
        migrations.RemoveIndex('resident', 'people_resident_email'),
        migrations.RemoveConstraint('accesslog', 'people_access_look_reason'),
        EncryptColumn(
            'accesslog',
            'reason',
            EncryptedTextField(
                blank=True,
                context='people.access.reason',
                rotates=False,
                help_text="In the officer's own words; of a look always.",
            ),
        ),
        migrations.RemoveConstraint('user', 'people_user_reachable'),
        migrations.RemoveConstraint(
            model_name='user',
            name='people_user_email_once',
        ),
        EncryptColumn('resident', 'address', EncryptedTextField(blank=True, context='people.resident.address')),
        EncryptColumn('resident', 'birth_date', EncryptedDateField(context='people.resident.birth-date', null=True)),
        EncryptColumn('resident', 'email', EncryptedLookupField(blank=True, context='people.email', fold=True)),
        EncryptColumn('resident', 'name', EncryptedTextField(blank=True, context='people.resident.name')),
        EncryptColumn('resident', 'phone', EncryptedLookupField(blank=True, context='people.phone')),
        EncryptColumn('user', 'email', EncryptedLookupField(blank=True, context='people.email', fold=True, null=True)),
        EncryptColumn('user', 'phone', EncryptedLookupField(context='people.phone', null=True, unique=True)),
        migrations.AddConstraint(
            model_name='user',
            constraint=models.UniqueConstraint(fields=('email',), name='people_user_email_once'),
        ),
        migrations.AddConstraint('user', models.CheckConstraint(condition=models.Q(('phone__isnull', False), ('email__isnull', False), ('is_active', False), _connector='OR'), name='people_user_reachable')),
        migrations.AddConstraint(
            'accesslog',
            models.CheckConstraint(
                condition=models.Q(('day__isnull', False), models.Q(('reason', ''), _negated=True), _connector='OR'),
                name='people_access_look_reason',
            ),
        ),
        migrations.AddIndex(
            'resident',
            models.Index(condition=models.Q(('phone', ''), _negated=True), fields=['phone'], name='people_resident_phone'),
        ),
        migrations.AddIndex(
            'resident',
            models.Index(condition=models.Q(('email', ''), _negated=True), fields=['email'], name='people_resident_email'),
        ),
    ]
