-- Time at which a session ended: by its Stop, else when it was last seen before its NAS restarted or fell silent.
CREATE OR REPLACE FUNCTION wifi_ended_at(
    nas text, started_at timestamptz, seen_at timestamptz, stopped_at timestamptz, silence interval,
    at timestamptz
) RETURNS timestamptz
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT coalesce(stopped_at, CASE WHEN seen_at < at - silence OR EXISTS (
        SELECT FROM wifi_restart r WHERE r.nas = $1 AND r.at > $2 AND r.at >= $3 AND r.at <= $6
    ) THEN seen_at END)
$$;
