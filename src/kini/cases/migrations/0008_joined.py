"""Cases that are the same thing: one follows the other, or an officer says that they are not the same."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from kini.core.database.append_only_triggers import append_only, not_append_only

APART = "cases_apart"
LEADER = """
CREATE FUNCTION kini_case_leader() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.leader_id IS NOT NULL AND (
        EXISTS (SELECT FROM cases_case WHERE leader_id = NEW.id)
        OR NOT EXISTS (
            SELECT FROM cases_case
            WHERE id = NEW.leader_id AND id <> NEW.id AND leader_id IS NULL AND service_id = NEW.service_id
        )
    ) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'integrity_constraint_violation',
            MESSAGE = format('case %s: it can only be joined to a case of its service that is not joined itself',
                NEW.reference);
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER cases_case_leader BEFORE INSERT OR UPDATE OF leader_id ON cases_case FOR EACH ROW
    WHEN (NEW.leader_id IS NOT NULL) EXECUTE FUNCTION kini_case_leader();
"""
NO_LEADER = "DROP TRIGGER cases_case_leader ON cases_case; DROP FUNCTION kini_case_leader();"


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0007_bulks'),
        ('city', '0001_initial'),
        ('people', '0002_guards'),
        ('services', '0002_versions_never_change'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Apart',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(auto_now_add=True)),
            ],
        ),
        migrations.AddField(
            model_name='case',
            name='leader',
            field=models.ForeignKey(db_index=False, help_text='The case it was joined to.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='followers', to='cases.case'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(condition=models.Q(('closed_at__isnull', True), ('latitude__isnull', False)), fields=['service', 'latitude'], name='cases_near'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(condition=models.Q(('leader__isnull', False)), fields=['leader'], name='cases_followers'),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('leader__isnull', True), models.Q(('outcome', 'joined'), _negated=True)), models.Q(('leader__isnull', False), ('outcome', 'joined')), _connector='OR'), name='cases_joined_to_another'),
        ),
        migrations.AddField(
            model_name='apart',
            name='by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='apart',
            name='first',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.case'),
        ),
        migrations.AddField(
            model_name='apart',
            name='later',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.case'),
        ),
        migrations.AddConstraint(
            model_name='apart',
            constraint=models.UniqueConstraint(fields=('first', 'later'), name='cases_apart_once'),
        ),
        migrations.AddConstraint(
            model_name='apart',
            constraint=models.CheckConstraint(condition=models.Q(('first__lt', models.F('later'))), name='cases_apart_in_order'),
        ),
        migrations.RunSQL(append_only(APART), not_append_only(APART)),
        migrations.RunSQL(LEADER, NO_LEADER),
    ]
