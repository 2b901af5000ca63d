-- Days for which sessions of a day lead to their devices.
CREATE OR REPLACE FUNCTION wifi_keep_days(of_day date) RETURNS integer LANGUAGE sql STABLE PARALLEL SAFE AS $$
    -- For how many days the sessions that began on a day lead to their devices.
    SELECT coalesce((SELECT keep_days FROM wifi_sessionrule WHERE since <= of_day ORDER BY since DESC LIMIT 1), 30)
$$;
