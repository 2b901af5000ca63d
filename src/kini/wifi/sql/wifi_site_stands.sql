-- After a change of a site: recompute its access points.
CREATE OR REPLACE FUNCTION wifi_site_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE wifi_accesspoint SET active = active WHERE site_id = NEW.id;
    RETURN NULL;
END
$$;
CREATE OR REPLACE TRIGGER wifi_site_stands AFTER UPDATE OF active, kind, hours ON wifi_site
    FOR EACH ROW WHEN ((OLD.active, OLD.kind, OLD.hours) IS DISTINCT FROM (NEW.active, NEW.kind, NEW.hours))
    EXECUTE FUNCTION wifi_site_stands();
