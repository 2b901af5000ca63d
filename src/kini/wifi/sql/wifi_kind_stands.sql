-- After a change of a kind's hours: recompute the access points of its sites.
CREATE OR REPLACE FUNCTION wifi_kind_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE wifi_accesspoint p SET active = p.active FROM wifi_site s
    WHERE s.id = p.site_id AND s.hours IS NULL AND s.kind IN (OLD.id, NEW.id);
    RETURN NULL;
END
$$;
CREATE OR REPLACE TRIGGER wifi_kind_stands AFTER INSERT OR DELETE OR UPDATE ON wifi_sitekind
    FOR EACH ROW EXECUTE FUNCTION wifi_kind_stands();
