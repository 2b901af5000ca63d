"""Planner statistics after a large load: only a table's owner may gather them, and the program is another role."""

from django.db import migrations

ANALYZE = """
CREATE FUNCTION kini_analyze(VARIADIC tables text[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY tables LOOP
        EXECUTE format('ANALYZE public.%I', name);
    END LOOP;
END
$$;
REVOKE ALL ON FUNCTION kini_analyze(text[]) FROM PUBLIC;
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0009_orphaned_files")]
    operations = [migrations.RunSQL(ANALYZE, "DROP FUNCTION kini_analyze(text[])")]
