-- Remove the append-only history of doses whose term is over; the caller then removes the doses themselves.
CREATE OR REPLACE FUNCTION vaccination_remove_history(of_doses bigint[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (
        SELECT FROM vaccination_dose WHERE id = ANY(of_doses) AND updated_at > now() - interval '9125 days'
    ) THEN
        RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation',
            MESSAGE = 'doses are kept for 25 years';
    END IF;
    PERFORM set_config('kini.removal', 'vaccination_doserevision', true);
    DELETE FROM vaccination_doserevision WHERE dose_id = ANY(of_doses);
    PERFORM set_config('kini.removal', '', true);
END
$$;
REVOKE ALL ON FUNCTION vaccination_remove_history FROM PUBLIC;
