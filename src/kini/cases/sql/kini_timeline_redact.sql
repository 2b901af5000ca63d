-- Remove the free text of a case's timeline, with the owner's rights.
CREATE OR REPLACE FUNCTION kini_timeline_redact(redacted bigint) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path TO '$user', 'public' AS $$
    UPDATE cases_timelineentry SET data = data - 'given' - 'text'
    WHERE case_id = redacted AND (data ? 'given' OR data ? 'text');
$$;
