-- Keyed hash of a value (HMAC-SHA256). STABLE like `convert_to`, so that the planner inlines it.
CREATE OR REPLACE FUNCTION wifi_mark(value text, pads bytea) RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE AS $$
    -- HMAC-SHA256 (RFC 2104) from the blocks of core.crypto.pads.
    SELECT sha256(substr(pads, 65, 64) || sha256(substr(pads, 1, 64) || convert_to(value, 'UTF8')))
$$;
