-- At commit: an entry has all of its postings, they sum to zero in each unit, and a reversal is the exact opposite.
CREATE OR REPLACE FUNCTION ledger_check_entry() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    fault text;
BEGIN
    SELECT format('it has %s of %s postings', count(*), NEW.posting_count) INTO fault
    FROM ledger_posting WHERE entry_id = NEW.id HAVING count(*) <> NEW.posting_count;
    IF fault IS NULL THEN
        SELECT format('its postings in %s add up to %s', unit, sum(amount)) INTO fault
        FROM ledger_posting WHERE entry_id = NEW.id GROUP BY unit HAVING sum(amount) <> 0 ORDER BY unit LIMIT 1;
    END IF;
    IF fault IS NULL AND NEW.reverses_id IS NOT NULL THEN
        SELECT format('it does not reverse the posting to %s', account) INTO fault
        FROM ledger_posting WHERE entry_id IN (NEW.id, NEW.reverses_id)
        GROUP BY account, unit HAVING sum(amount) <> 0 ORDER BY account LIMIT 1;
    END IF;
    IF fault IS NOT NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'integrity_constraint_violation',
            MESSAGE = format('ledger entry "%s" does not balance: %s', NEW.key, fault);
    END IF;
    RETURN NULL;
END
$$;
DROP TRIGGER IF EXISTS ledger_entry_balances ON ledger_entry;
CREATE CONSTRAINT TRIGGER ledger_entry_balances AFTER INSERT ON ledger_entry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_check_entry();
