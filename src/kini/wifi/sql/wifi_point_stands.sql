-- Copy to an access point what decisions must know of its site and kind.
CREATE OR REPLACE FUNCTION wifi_point_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT NEW.active AND s.active, coalesce(s.hours, k.hours) INTO NEW.stands, NEW.open_hours
    FROM wifi_site s LEFT JOIN wifi_sitekind k ON k.id = s.kind WHERE s.id = NEW.site_id
    FOR SHARE OF s; -- whoever changes the site meanwhile waits, and then finds this access point too
    RETURN NEW;
END
$$;
CREATE OR REPLACE TRIGGER wifi_point_stands BEFORE INSERT OR UPDATE OF site_id, active, stands, open_hours
    ON wifi_accesspoint FOR EACH ROW EXECUTE FUNCTION wifi_point_stands();
