-- Keep a draw that was made, and its lots, as they were published.
CREATE OR REPLACE FUNCTION reports_draw_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation',
        MESSAGE = 'a draw that was made is kept as it was published';
END
$$;
CREATE OR REPLACE TRIGGER reports_draw_guarded BEFORE UPDATE ON reports_auditdraw
    FOR EACH ROW WHEN (OLD.seed <> '' AND (OLD.seed, OLD.until) IS DISTINCT FROM (NEW.seed, NEW.until)
        OR (OLD.commitment, OLD.one_in) IS DISTINCT FROM (NEW.commitment, NEW.one_in))
    EXECUTE FUNCTION reports_draw_guard();
CREATE OR REPLACE TRIGGER reports_lot_guarded BEFORE UPDATE ON reports_auditlot
    FOR EACH ROW EXECUTE FUNCTION reports_draw_guard();
