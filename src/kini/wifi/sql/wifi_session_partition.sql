-- Create the partition of a day's sessions. Updated rows find room on their page, so no index is written.
CREATE OR REPLACE FUNCTION wifi_session_partition(wanted date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    EXECUTE format('CREATE TABLE IF NOT EXISTS wifi_session_%s PARTITION OF wifi_session FOR VALUES FROM (%L) TO (%L)
        WITH (fillfactor = 60)', to_char(wanted, 'YYYYMMDD'), wanted, wanted + 1);
END
$$;
REVOKE ALL ON FUNCTION wifi_session_partition FROM PUBLIC;
