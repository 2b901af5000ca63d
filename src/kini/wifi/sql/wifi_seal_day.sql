-- Close a day's sessions: a constraint then keeps devices and people out of them.
CREATE OR REPLACE FUNCTION wifi_seal_day(of_day date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    -- Nobody's device and nobody's name stands in that day's sessions any more, nor ever will.
    EXECUTE format('ALTER TABLE wifi_session_%s ADD CONSTRAINT wifi_session_forgotten
        CHECK (device IS NULL AND handle IS NULL)', to_char(of_day, 'YYYYMMDD'));
END
$$;
REVOKE ALL ON FUNCTION wifi_seal_day FROM PUBLIC;
