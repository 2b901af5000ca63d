-- Count a gift in its pool and post it to the ledger, in the statement that changes it. Postings: given -> promised ->
-- held; what lapses, is withdrawn or refunded goes back. A pool whose target has arrived is reached.
CREATE OR REPLACE FUNCTION together_gift_moves() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    pool together_pool;
    was text := CASE WHEN TG_OP = 'INSERT' THEN '' ELSE OLD.state END;
    given_account text := 'together:money:given:' || NEW.pool_id;
    promised_account text := 'stock:together:money:promised:' || NEW.pool_id;
    held_account text := 'stock:together:money:held:' || NEW.pool_id;
    accounts text[];
BEGIN
    IF was = NEW.state THEN
        RETURN NULL;
    END IF;
    UPDATE together_pool SET
        promised = promised + CASE WHEN NEW.state = 'promised' THEN NEW.amount
            WHEN was = 'promised' THEN -NEW.amount ELSE 0 END,
        received = received + CASE WHEN NEW.state = 'held' THEN NEW.amount WHEN was = 'held' THEN -NEW.amount ELSE 0 END,
        state = CASE WHEN NEW.state = 'held' AND received + NEW.amount = target THEN 'reached' ELSE state END
    WHERE id = NEW.pool_id RETURNING * INTO pool;
    accounts := CASE
        WHEN NEW.state = 'promised' THEN ARRAY[given_account, promised_account]
        WHEN NEW.state = 'held' THEN ARRAY[promised_account, held_account]
        WHEN was = 'held' THEN ARRAY[held_account, given_account]
        ELSE ARRAY[promised_account, given_account]
    END;
    PERFORM ledger_post(
        'together:gift:' || NEW.id || ':' || NEW.state, 'gift:' || NEW.reference, NEW.changed_at,
        accounts, ARRAY[pool.currency, pool.currency]::text[], ARRAY[-NEW.amount, NEW.amount]
    );
    RETURN NULL;
END
$$;
CREATE OR REPLACE TRIGGER together_gift_moves AFTER INSERT OR UPDATE OF state
    ON together_gift FOR EACH ROW EXECUTE FUNCTION together_gift_moves();
