-- Keep what was published of the ledger of help as it is.
CREATE OR REPLACE FUNCTION together_published_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'together_published_stays',
        MESSAGE = 'the public ledger is append-only';
END
$$;
CREATE OR REPLACE TRIGGER together_published_movement_stays BEFORE UPDATE OR DELETE ON together_publishedmovement
    FOR EACH ROW EXECUTE FUNCTION together_published_stays();
CREATE OR REPLACE TRIGGER together_published_day_stays BEFORE UPDATE OR DELETE ON together_publishedday
    FOR EACH ROW EXECUTE FUNCTION together_published_stays();
