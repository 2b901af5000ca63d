-- Record the opposite of an entry and return its id, as `ledger_post` does; NULL when there is no such entry.
CREATE OR REPLACE FUNCTION ledger_reverse(entry_key text, reversed_key text, entry_at timestamptz) RETURNS bigint
LANGUAGE sql AS $$
    SELECT ledger_post(
        entry_key, e.subject, entry_at,
        array_agg(p.account::text), array_agg(p.unit::text), array_agg(-p.amount), e.id
    )
    FROM ledger_entry e JOIN ledger_posting p ON p.entry_id = e.id WHERE e.key = reversed_key GROUP BY e.id
$$;
