-- Record an entry with its postings and return its id; the same key again records nothing and returns the same id.
-- Parallel arrays have account, unit and amount of each posting, debit positive. Postings to one account in one unit
-- are added up, and those that come to nothing are left out.
CREATE OR REPLACE FUNCTION ledger_post(
    entry_key text, entry_subject text, entry_at timestamptz, accounts text[], units text[], amounts bigint[],
    reversed_id bigint DEFAULT NULL
) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    recorded bigint;
BEGIN
    SELECT coalesce(array_agg(account), '{}'), array_agg(unit), array_agg(amount) INTO accounts, units, amounts FROM (
        SELECT account, unit, sum(amount)::bigint AS amount
        FROM unnest(accounts, units, amounts) AS given (account, unit, amount)
        GROUP BY account, unit HAVING sum(amount) IS DISTINCT FROM 0 ORDER BY account, unit
    ) AS net;
    INSERT INTO ledger_entry (key, subject, at, posting_count, reverses_id)
    VALUES (entry_key, entry_subject, entry_at, cardinality(accounts), reversed_id)
    ON CONFLICT (key) DO NOTHING RETURNING id INTO recorded;
    IF FOUND THEN
        INSERT INTO ledger_posting (entry_id, account, unit, amount)
        SELECT recorded, account, unit, amount FROM unnest(accounts, units, amounts) AS net (account, unit, amount);
        RETURN recorded;
    END IF;
    SELECT e.id INTO recorded FROM ledger_entry e
    WHERE e.key = entry_key AND e.subject = entry_subject AND e.reverses_id IS NOT DISTINCT FROM reversed_id
        AND e.posting_count = cardinality(accounts) AND NOT EXISTS (
            SELECT FROM unnest(accounts, units, amounts) AS net (account, unit, amount) WHERE NOT EXISTS (
                SELECT FROM ledger_posting p
                WHERE p.entry_id = e.id AND p.account = net.account AND p.unit = net.unit AND p.amount = net.amount
            )
        );
    IF NOT FOUND THEN
        RAISE EXCEPTION USING
            ERRCODE = 'unique_violation', CONSTRAINT = 'ledger_key_once',
            MESSAGE = format('the key "%s" was used for another entry of the ledger', entry_key);
    END IF;
    RETURN recorded;
END
$$;
