-- Access point of a session: by identifier of the NAS, else by MAC address, else by IP address.
CREATE OR REPLACE FUNCTION wifi_point(nas text, radio text) RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT coalesce(
        (SELECT id FROM wifi_accesspoint WHERE nas <> '' AND nas_identifier = nas),
        (SELECT id FROM wifi_accesspoint WHERE mac = radio),
        (SELECT id FROM wifi_accesspoint WHERE host(nas_address) = nas)
    )
$$;
