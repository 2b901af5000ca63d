-- Count other devices of a person, else of a voucher, that have a session. Such a session began no longer ago than its
-- group allows (else 32 days), and was seen lately.
CREATE OR REPLACE FUNCTION wifi_others(
    marked bytea, person bigint, sheet bigint, longest integer, at timestamptz
) RETURNS bigint
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT count(DISTINCT s.device) FROM wifi_device d
    JOIN wifi_session s ON s.device = d.mark AND s.started_at >= d.since
        AND s.day >= (
            (at - wifi_silence(at) - make_interval(secs => coalesce(longest, 2764800))) AT TIME ZONE 'UTC'
        )::date - 1
    WHERE (d.owner_id = person OR person IS NULL AND d.voucher_id = sheet) AND d.mark <> marked AND s.started_at <= at
        AND wifi_ended_at(s.nas, s.started_at, s.seen_at, s.stopped_at, wifi_silence(at), at) IS NULL
$$;
