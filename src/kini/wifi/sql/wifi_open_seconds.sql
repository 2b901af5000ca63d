-- Seconds until a site closes by its opening hours; 0 while it is closed.
CREATE OR REPLACE FUNCTION wifi_open_seconds(hours jsonb, at timestamp) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    -- For how long it stays open on the city's clocks: 0 when it is closed, null when it does not close.
    SELECT CASE WHEN hours IS NULL THEN NULL ELSE (
        SELECT coalesce(max(ceil(extract(epoch FROM
            CASE WHEN closes = '00:00' THEN interval '24 hours' ELSE closes::interval END - at::time::interval))), 0)
        FROM jsonb_array_elements_text(hours -> (ARRAY['monday', 'tuesday', 'wednesday', 'thursday', 'friday',
            'saturday', 'sunday'])[extract(isodow FROM at)::int]) AS span,
            LATERAL (SELECT split_part(span, '-', 1) AS opens, split_part(span, '-', 2) AS closes) AS edges
        WHERE opens::time <= at::time AND (closes = '00:00' OR at::time < closes::time)
    )::int END
$$;
