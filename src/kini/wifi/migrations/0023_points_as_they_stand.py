"""Copy what a decision needs of site and kind to each access point, so that a decision reads two tables less.

Triggers keep the copies, on changes of a site, a kind or an access point.
"""

import importlib

from django.db import migrations, models

FORMER = importlib.import_module("kini.wifi.migrations.0022_decide_at_once")
READ = """SELECT p.id, p.stands AND host(p.nas_address) = source, p.open_hours,
            d.owner_id, d.voucher_id, d.blocked_at IS NOT NULL, d.expires_at, g.id IS NOT NULL, g.session_seconds,
            g.idle_seconds, g.down_bps, g.up_bps, g.daily_seconds, g.daily_octets, g.devices_at_once
        INTO point, trusted, hours, owner, sheet, blocked, expires, grouped, session_seconds,
            idle_seconds, down_bps, up_bps, daily_time, daily_data, at_once
        FROM wifi_accesspoint p LEFT JOIN wifi_device d ON d.mark = wifi_mark(station, device_pads)
            LEFT JOIN wifi_group g ON g.id = d.group_id AND g.active
        WHERE"""
DECIDE = FORMER.DECIDE.replace(FORMER.READ, READ)
STANDS = """
CREATE FUNCTION wifi_point_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT NEW.active AND s.active, coalesce(s.hours, k.hours) INTO NEW.stands, NEW.open_hours
    FROM wifi_site s LEFT JOIN wifi_sitekind k ON k.id = s.kind WHERE s.id = NEW.site_id
    FOR SHARE OF s; -- whoever changes the site meanwhile waits, and then finds this access point too
    RETURN NEW;
END
$$;
CREATE TRIGGER wifi_point_stands BEFORE INSERT OR UPDATE OF site_id, active, stands, open_hours ON wifi_accesspoint
    FOR EACH ROW EXECUTE FUNCTION wifi_point_stands();
CREATE FUNCTION wifi_site_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE wifi_accesspoint SET active = active WHERE site_id = NEW.id;
    RETURN NULL;
END
$$;
CREATE TRIGGER wifi_site_stands AFTER UPDATE OF active, kind, hours ON wifi_site FOR EACH ROW
    WHEN ((OLD.active, OLD.kind, OLD.hours) IS DISTINCT FROM (NEW.active, NEW.kind, NEW.hours))
    EXECUTE FUNCTION wifi_site_stands();
CREATE FUNCTION wifi_kind_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE wifi_accesspoint p SET active = p.active FROM wifi_site s
    WHERE s.id = p.site_id AND s.hours IS NULL AND s.kind IN (OLD.id, NEW.id);
    RETURN NULL;
END
$$;
CREATE TRIGGER wifi_kind_stands AFTER INSERT OR UPDATE OR DELETE ON wifi_sitekind
    FOR EACH ROW EXECUTE FUNCTION wifi_kind_stands();
UPDATE wifi_accesspoint SET active = active
"""
UNDO = """
DROP TRIGGER wifi_kind_stands ON wifi_sitekind;
DROP TRIGGER wifi_site_stands ON wifi_site;
DROP TRIGGER wifi_point_stands ON wifi_accesspoint;
DROP FUNCTION wifi_kind_stands(), wifi_site_stands(), wifi_point_stands()
"""


class Migration(migrations.Migration):

    dependencies = [("wifi", "0022_decide_at_once")]

    operations = [
        migrations.AddField("accesspoint", "stands", models.BooleanField(db_default=False, default=False, editable=False)),
        migrations.AddField("accesspoint", "open_hours", models.JSONField(editable=False, null=True)),
        migrations.RunSQL(STANDS, UNDO),
        migrations.RunSQL(
            [f"DROP FUNCTION wifi_decide({FORMER.TAKES})", DECIDE],
            [f"DROP FUNCTION wifi_decide({FORMER.TAKES})", FORMER.DECIDE],
        ),
    ]
