-- Remove the append-only history of made-up case records; the caller then removes the records themselves.
CREATE OR REPLACE FUNCTION epidemic_remove_demo() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    history text;
BEGIN
    FOREACH history IN ARRAY
        ARRAY['epidemic_classificationchange', 'epidemic_caserevision', 'epidemic_casetransfer']
    LOOP
        PERFORM set_config('kini.removal', history, true);
        EXECUTE format(
            'DELETE FROM %I WHERE case_id IN (SELECT id FROM epidemic_caserecord WHERE source = ''demo'')', history
        );
    END LOOP;
    PERFORM set_config('kini.removal', '', true);
END
$$;
REVOKE ALL ON FUNCTION epidemic_remove_demo FROM PUBLIC;
