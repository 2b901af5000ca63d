-- Count a payout in its pool and post it, in the statement that changes it. Postings: held -> costs; held -> in transit ->
-- received, as far as the packages arrived, and written off; what comes back: in transit -> held.
CREATE OR REPLACE FUNCTION together_payout_moves() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    pool together_pool;
    for_costs boolean := NEW.sort = 'costs';
    held text := 'stock:together:money:held:' || NEW.pool_id;
    transit text := 'stock:together:money:transit:' || NEW.pool_id;
    arrived bigint;
    accounts text[];
    amounts bigint[];
BEGIN
    IF NEW.state = OLD.state OR NEW.state = 'declined' OR (for_costs AND NEW.state = 'settled') THEN
        RETURN NULL;
    END IF;
    UPDATE together_pool SET
        paid_out = paid_out + CASE WHEN for_costs OR NEW.state = 'settled' THEN 0
            WHEN NEW.state = 'paid' THEN NEW.amount ELSE -NEW.amount END,
        costs = costs + CASE WHEN NOT for_costs THEN 0
            WHEN NEW.state = 'paid' THEN NEW.amount ELSE -NEW.amount END
    WHERE id = NEW.pool_id RETURNING * INTO pool;
    IF NEW.state = 'settled' THEN
        SELECT NEW.amount * d.agreed_quantity / p.quantity INTO arrived
        FROM together_pledge p JOIN together_delivery d ON d.pledge_id = p.id
        WHERE p.id = NEW.pledge_id AND p.state = 'received';
        IF arrived IS NULL THEN
            RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'together_payout_edge',
                MESSAGE = format('the packages of payout %s have not arrived', NEW.id);
        END IF;
        accounts := ARRAY[transit, 'together:money:received:' || NEW.pool_id,
            'together:money:written-off:' || NEW.pool_id];
        amounts := ARRAY[-NEW.amount, arrived, NEW.amount - arrived];
    ELSE
        accounts := ARRAY[held, CASE WHEN for_costs THEN 'together:money:costs:' || NEW.pool_id ELSE transit END];
        amounts := CASE NEW.state WHEN 'paid' THEN ARRAY[-NEW.amount, NEW.amount] ELSE ARRAY[NEW.amount, -NEW.amount] END;
    END IF;
    PERFORM ledger_post(
        'together:payout:' || NEW.id || ':' || NEW.state, 'payout:' || NEW.id, NEW.changed_at,
        accounts, array_fill(pool.currency::text, ARRAY[cardinality(accounts)]), amounts
    );
    RETURN NULL;
END
$$;
CREATE OR REPLACE TRIGGER together_payout_moves AFTER UPDATE OF state
    ON together_payout FOR EACH ROW EXECUTE FUNCTION together_payout_moves();
