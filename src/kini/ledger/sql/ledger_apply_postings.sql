-- Add new postings to the balances of their accounts, and refuse them where their entry was complete before.
CREATE OR REPLACE FUNCTION ledger_apply_postings() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    complete text;
    line record;
BEGIN
    SELECT e.key INTO complete FROM ledger_entry e
    WHERE e.id IN (SELECT entry_id FROM posted)
        AND e.posting_count < (SELECT count(*) FROM ledger_posting p WHERE p.entry_id = e.id) LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION USING
            ERRCODE = 'integrity_constraint_violation',
            MESSAGE = format('ledger entry "%s" is complete: it gets no more postings', complete);
    END IF;
    -- In the order of accounts, so that two entries never wait for each other.
    FOR line IN
        SELECT account, unit, sum(amount)::bigint AS amount FROM posted GROUP BY account, unit ORDER BY account, unit
    LOOP
        UPDATE ledger_balance b SET balance = b.balance + line.amount
        WHERE b.account = line.account AND b.unit = line.unit;
        IF NOT FOUND THEN
            -- From zero: constraints are checked before a conflict is found, so they must not see the amount alone.
            INSERT INTO ledger_balance (account, unit, balance) VALUES (line.account, line.unit, 0)
            ON CONFLICT DO NOTHING;
            UPDATE ledger_balance b SET balance = b.balance + line.amount
            WHERE b.account = line.account AND b.unit = line.unit;
        END IF;
    END LOOP;
    RETURN NULL;
END
$$;
CREATE OR REPLACE TRIGGER ledger_posting_applied AFTER INSERT ON ledger_posting
    REFERENCING NEW TABLE AS posted FOR EACH STATEMENT EXECUTE FUNCTION ledger_apply_postings();
