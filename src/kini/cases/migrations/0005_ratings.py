"""What residents think of how their cases were handled: once for each end, and never changed."""

import django.db.models.deletion
from django.db import migrations, models

from kini.core.database.append_only_triggers import append_only, not_append_only

ENDED = """
CREATE FUNCTION kini_rating_of_an_end() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM cases_case WHERE id = NEW.case_id AND closed_at = NEW.closed_at) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'integrity_constraint_violation',
            MESSAGE = format('case %s has not ended at %s, so that end cannot be rated', NEW.case_id, NEW.closed_at);
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER cases_rating_of_an_end BEFORE INSERT ON cases_rating
    FOR EACH ROW EXECUTE FUNCTION kini_rating_of_an_end();
"""
NOT_ENDED = "DROP TRIGGER cases_rating_of_an_end ON cases_rating; DROP FUNCTION kini_rating_of_an_end();"
RATINGS = "cases_rating"


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0004_case_page'),
    ]

    operations = [
        migrations.CreateModel(
            name='Rating',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('closed_at', models.DateTimeField(help_text='When the case ended; a reopened one ends again.')),
                ('score', models.PositiveSmallIntegerField(help_text='1 (very bad) to 5 (very good).')),
                ('text', models.TextField(blank=True)),
                ('at', models.DateTimeField(db_index=True)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='ratings', to='cases.case')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('case', 'closed_at'), name='cases_rating_once'), models.CheckConstraint(condition=models.Q(('score__range', (1, 5))), name='cases_rating_score')],
            },
        ),
        migrations.RunSQL(ENDED, NOT_ENDED),
        migrations.RunSQL(append_only(RATINGS), not_append_only(RATINGS)),
    ]
