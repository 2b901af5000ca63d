-- Remove the texts of a case's ratings, with the owner's rights.
CREATE OR REPLACE FUNCTION kini_ratings_redact(redacted bigint) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path TO '$user', 'public' AS $$
    UPDATE cases_rating SET text = ''::bytea WHERE case_id = redacted AND text <> ''::bytea;
$$;
