"""Functions with the owner's rights that create and change tables at run time."""

from django.db import migrations

PARTITION = "ALTER FUNCTION wifi_session_partition(date) SECURITY DEFINER SET search_path = public, pg_temp"
BEFORE = "ALTER FUNCTION wifi_session_partition(date) SECURITY INVOKER RESET search_path"
SEAL = """
CREATE FUNCTION wifi_seal_day(of_day date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    -- Nobody's device and nobody's name stands in that day's sessions any more, nor ever will.
    EXECUTE format('ALTER TABLE wifi_session_%s ADD CONSTRAINT wifi_session_forgotten
        CHECK (device IS NULL AND handle IS NULL)', to_char(of_day, 'YYYYMMDD'));
END
$$;
REVOKE ALL ON FUNCTION wifi_seal_day(date) FROM PUBLIC;
REVOKE ALL ON FUNCTION wifi_session_partition(date) FROM PUBLIC;
"""


class Migration(migrations.Migration):
    dependencies = [("wifi", "0023_points_as_they_stand"), ("core", "0010_analyze")]
    operations = [
        migrations.RunSQL(PARTITION, BEFORE),
        migrations.RunSQL(SEAL, "DROP FUNCTION wifi_seal_day(date)"),
    ]
