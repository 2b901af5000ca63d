-- Keep signatures of the public ledger's heads as they are.
CREATE OR REPLACE FUNCTION together_signed_head_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'together_signed_head_stays',
        MESSAGE = format('the signature of %s stays', OLD.day_id);
END
$$;
CREATE OR REPLACE TRIGGER together_signed_head_stays BEFORE UPDATE OR DELETE
    ON together_signedhead FOR EACH ROW EXECUTE FUNCTION together_signed_head_stays();
