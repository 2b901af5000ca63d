-- Let a gift begin, and its money be held, only in an open pool, on a day of the aggregator's permit, while neither the
-- aggregator nor the giver is suspended. Its states go along their edges; what it is about never changes. The aggregator
-- is locked before the pool, in every statement.
CREATE OR REPLACE FUNCTION together_gift_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    pool together_pool;
    aggregator together_giver;
    day date;
BEGIN
    IF TG_OP = 'DELETE' OR TG_OP = 'UPDATE' AND
        (NEW.key, NEW.reference, NEW.pool_id, NEW.giver_id, NEW.amount, NEW.bill_id, NEW.given_on)
        IS DISTINCT FROM (OLD.key, OLD.reference, OLD.pool_id, OLD.giver_id, OLD.amount, OLD.bill_id, OLD.given_on)
        OR TG_OP = 'UPDATE' AND OLD.state <> 'promised' AND NEW.paid_on IS DISTINCT FROM OLD.paid_on
    THEN
        RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'together_gift_stays',
            MESSAGE = format('gift %s keeps its pool, giver and amount', OLD.reference);
    END IF;
    IF TG_OP = 'UPDATE' AND NEW.state = OLD.state THEN
        RETURN NEW;
    END IF;
    SELECT g.* INTO aggregator FROM together_giver g JOIN together_pool p ON p.giver_id = g.id
    WHERE p.id = NEW.pool_id FOR SHARE OF g;
    SELECT * INTO pool FROM together_pool WHERE id = NEW.pool_id FOR UPDATE;
    IF TG_OP = 'INSERT' AND NEW.state <> 'promised' OR TG_OP = 'UPDATE' AND NOT (CASE OLD.state
        WHEN 'promised' THEN NEW.state IN ('held', 'lapsed', 'withdrawn', 'refunded')
        WHEN 'held' THEN NEW.state = 'refunded' AND pool.state = 'short'
        ELSE false
    END) THEN
        RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'together_gift_edge',
            MESSAGE = format('gift %s cannot become %s in a pool that is %s', NEW.reference, NEW.state, pool.state);
    END IF;
    IF NEW.state NOT IN ('promised', 'held') THEN
        RETURN NEW;
    END IF;
    day := CASE NEW.state WHEN 'held' THEN NEW.paid_on ELSE NEW.given_on END;
    IF pool.state <> 'open' OR day > pool.closes_on THEN
        RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'together_pool_is_open',
            MESSAGE = format('pool %s is %s', pool.reference, pool.state);
    END IF;
    IF aggregator.suspended_at IS NOT NULL OR EXISTS (
        SELECT FROM together_giver g WHERE g.id = NEW.giver_id AND g.suspended_at IS NOT NULL
    ) THEN
        RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'together_giver_suspended',
            MESSAGE = format('giver %s or %s is suspended', aggregator.id, NEW.giver_id);
    END IF;
    IF NOT EXISTS (
        SELECT FROM together_permit p WHERE p.giver_id = aggregator.id AND day BETWEEN p.valid_from AND p.valid_until
    ) THEN
        RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'together_permit_in_force',
            MESSAGE = format('giver %s has no permit on %s', aggregator.id, day);
    END IF;
    RETURN NEW;
END
$$;
CREATE OR REPLACE TRIGGER together_gift_guard BEFORE INSERT OR UPDATE OR DELETE
    ON together_gift FOR EACH ROW EXECUTE FUNCTION together_gift_guard();
