-- Time for which a session may be silent before it has ended.
CREATE OR REPLACE FUNCTION wifi_silence(at timestamptz) RETURNS interval LANGUAGE sql STABLE PARALLEL SAFE AS $$
    -- For how long a session may be silent before it has ended.
    SELECT make_interval(secs => coalesce((
        SELECT silent_seconds FROM wifi_sessionrule WHERE since <= (at AT TIME ZONE 'UTC')::date
        ORDER BY since DESC LIMIT 1), 1200))
$$;
