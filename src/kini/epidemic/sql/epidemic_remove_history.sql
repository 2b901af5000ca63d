-- Remove the append-only history of case records whose term is over; the caller then removes the records themselves.
CREATE OR REPLACE FUNCTION epidemic_remove_history(of_cases bigint[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    history text;
BEGIN
    IF EXISTS (
        SELECT FROM epidemic_caserecord WHERE id = ANY(of_cases) AND updated_at > now() - interval '9125 days'
    ) THEN
        RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation',
            MESSAGE = 'case records are kept for 25 years';
    END IF;
    FOREACH history IN ARRAY
        ARRAY['epidemic_classificationchange', 'epidemic_caserevision', 'epidemic_casetransfer']
    LOOP
        PERFORM set_config('kini.removal', history, true);
        EXECUTE format('DELETE FROM %I WHERE case_id = ANY($1)', history) USING of_cases;
    END LOOP;
    PERFORM set_config('kini.removal', '', true);
END
$$;
REVOKE ALL ON FUNCTION epidemic_remove_history FROM PUBLIC;
