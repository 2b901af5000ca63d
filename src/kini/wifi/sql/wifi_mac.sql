-- MAC address as RFC 3580 writes it; empty when it is none.
CREATE OR REPLACE FUNCTION wifi_mac(written text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    -- As RFC 3580 writes it; empty when it is none.
    SELECT CASE WHEN translate(written, '-:. ', '') ~ '^[0-9A-Fa-f]{12}$' THEN
        upper(overlay(overlay(overlay(overlay(overlay(translate(written, '-:. ', '')
            PLACING '-' FROM 11 FOR 0) PLACING '-' FROM 9 FOR 0) PLACING '-' FROM 7 FOR 0) PLACING '-' FROM 5 FOR 0)
            PLACING '-' FROM 3 FOR 0))
    ELSE '' END
$$;
