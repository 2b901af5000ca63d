-- Gather planner statistics after a large load; only a table's owner may, and the program is another role.
CREATE OR REPLACE FUNCTION kini_analyze(VARIADIC tables text[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY tables LOOP
        EXECUTE format('ANALYZE public.%I', name);
    END LOOP;
END
$$;
REVOKE ALL ON FUNCTION kini_analyze FROM PUBLIC;
