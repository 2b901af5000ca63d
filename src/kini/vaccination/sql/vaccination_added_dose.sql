-- Set a dose aside for an appointment beside the one of its place, in the statement that stores it: out of the free stock of
-- the site, which the ledger refuses where there is none. It returns in the statement that ends it; one that was given is
-- posted with its vial.
CREATE OR REPLACE FUNCTION vaccination_added_dose() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    dose vaccination_addeddose := CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
    amount bigint := 0;
BEGIN
    IF TG_OP = 'UPDATE' AND (
        (OLD.booking_id, OLD.site_id, OLD.vaccine, OLD.dose_ul) IS DISTINCT FROM
        (NEW.booking_id, NEW.site_id, NEW.vaccine, NEW.dose_ul)
        OR (OLD.ended_at IS NOT NULL AND NEW.ended_at IS DISTINCT FROM OLD.ended_at)
    ) THEN
        RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation',
            MESSAGE = format('added dose %s keeps its booking, site, vaccine and end', OLD.id);
    END IF;
    IF TG_OP = 'INSERT' AND NEW.ended_at IS NULL THEN
        amount := NEW.dose_ul;
    ELSIF TG_OP = 'DELETE' AND OLD.ended_at IS NULL THEN
        amount := -OLD.dose_ul;
    ELSIF TG_OP = 'UPDATE' AND OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL AND NEW.ended_because <> 'given' THEN
        amount := -NEW.dose_ul;
    END IF;
    IF amount <> 0 THEN
        PERFORM ledger_post(
            'vaccination:added:' || gen_random_uuid(), 'added-dose:' || dose.id, clock_timestamp(),
            ARRAY['stock:doses:' || dose.site_id || ':free', 'stock:doses:' || dose.site_id || ':added'],
            array_fill('vaccine:' || dose.vaccine, ARRAY[2]), ARRAY[-amount, amount]
        );
    END IF;
    RETURN NULL;
END
$$;
CREATE OR REPLACE TRIGGER vaccination_added_dose AFTER INSERT OR DELETE OR UPDATE
    ON vaccination_addeddose FOR EACH ROW EXECUTE FUNCTION vaccination_added_dose();
