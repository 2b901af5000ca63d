-- Check a one-time password, given as it is or by CHAP (RFC 2865, section 7.2).
CREATE OR REPLACE FUNCTION wifi_proves(secret text, password text, chap text, challenge text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    -- Whether the secret was shown, as it is or as an answer to a challenge; octets are written as 0x….
    SELECT password = secret OR (
        chap ~ '^0x[0-9a-fA-F]{34}$' AND challenge ~ '^0x([0-9a-fA-F]{2})+$' AND lower(substr(chap, 5)) = md5(
            decode(substr(chap, 3, 2), 'hex') || convert_to(secret, 'UTF8') || decode(substr(challenge, 3), 'hex')))
$$;
