-- Pay out of a reached pool only, on a day of the aggregator's permit, while it is not suspended, decided by somebody who
-- neither proposed it nor is of its side or the receiving one. Costs stay within the pool's share of what arrived, computed
-- from the ledger. Locks: aggregator, pledge, pool.
CREATE OR REPLACE FUNCTION together_payout_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    pool together_pool;
    aggregator together_giver;
    pledge together_pledge;
    arrived numeric;
    spent numeric;
BEGIN
    IF TG_OP = 'DELETE' OR TG_OP = 'UPDATE' AND (
        (NEW.key, NEW.pool_id, NEW.sort, NEW.amount, NEW.words, NEW.proposed_by_id, NEW.proposed_at)
        IS DISTINCT FROM (OLD.key, OLD.pool_id, OLD.sort, OLD.amount, OLD.words, OLD.proposed_by_id, OLD.proposed_at)
        OR NEW.pledge_id <> OLD.pledge_id OR OLD.pledge_id IS NULL AND NEW.pledge_id IS NOT NULL
    ) THEN
        RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'together_payout_stays',
            MESSAGE = format('payout %s keeps its pool, amount and purpose', OLD.id);
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.state <> 'proposed' AND
        (NEW.transfer, NEW.paid_on, NEW.decided_by_id) IS DISTINCT FROM (OLD.transfer, OLD.paid_on, OLD.decided_by_id)
    THEN
        RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'together_payout_edge',
            MESSAGE = format('payout %s was decided', NEW.id);
    END IF;
    IF TG_OP = 'UPDATE' AND NEW.state = OLD.state THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'INSERT' AND NEW.state <> 'proposed' OR TG_OP = 'UPDATE' AND NOT (CASE OLD.state
        WHEN 'proposed' THEN NEW.state IN ('paid', 'declined')
        WHEN 'paid' THEN NEW.state IN ('settled', 'returned')
        ELSE false
    END) THEN
        RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'together_payout_edge',
            MESSAGE = format('payout %s cannot become %s', NEW.id, NEW.state);
    END IF;
    IF NEW.state <> 'paid' THEN
        RETURN NEW;
    END IF;
    SELECT g.* INTO aggregator FROM together_giver g JOIN together_pool p ON p.giver_id = g.id
    WHERE p.id = NEW.pool_id FOR SHARE OF g;
    SELECT * INTO pledge FROM together_pledge WHERE id = NEW.pledge_id FOR SHARE;
    SELECT * INTO pool FROM together_pool WHERE id = NEW.pool_id FOR UPDATE;
    IF pool.state <> 'reached' THEN
        RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'together_pool_is_reached',
            MESSAGE = format('pool %s is %s', pool.reference, pool.state);
    END IF;
    IF aggregator.suspended_at IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'together_money_frozen',
            MESSAGE = format('giver %s is suspended, its money is frozen', aggregator.id);
    END IF;
    IF NOT EXISTS (
        SELECT FROM together_permit p
        WHERE p.giver_id = aggregator.id AND NEW.paid_on BETWEEN p.valid_from AND p.valid_until
    ) THEN
        RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'together_permit_in_force',
            MESSAGE = format('giver %s has no permit on %s', aggregator.id, NEW.paid_on);
    END IF;
    IF aggregator.owner_id = NEW.decided_by_id OR EXISTS (
        SELECT FROM together_givermember m WHERE m.giver_id = aggregator.id AND m.user_id = NEW.decided_by_id
    ) OR EXISTS (
        SELECT FROM together_needline l JOIN together_need n ON n.id = l.need_id
        JOIN together_beneficiary b ON b.id = n.beneficiary_id
        WHERE l.id = pledge.line_id AND b.contact_id = NEW.decided_by_id
    ) THEN
        RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'together_payout_decided_apart',
            MESSAGE = format('payout %s is decided by one of its sides', NEW.id);
    END IF;
    IF NEW.sort = 'packages' THEN
        IF pledge.giver_id <> pool.giver_id OR pledge.state IN ('held', 'lapsed', 'withdrawn', 'refused') THEN
            RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'together_payout_of_pledge',
                MESSAGE = format('pledge %s is %s', pledge.reference, pledge.state);
        END IF;
        RETURN NEW;
    END IF;
    SELECT
        coalesce(sum(-balance) FILTER (WHERE account = 'together:money:given:' || pool.id), 0)
            - coalesce(sum(balance) FILTER (WHERE account = 'stock:together:money:promised:' || pool.id), 0),
        coalesce(sum(balance) FILTER (WHERE account = 'together:money:costs:' || pool.id), 0)
    INTO arrived, spent FROM ledger_balance WHERE unit = pool.currency AND account IN (
        'together:money:given:' || pool.id, 'stock:together:money:promised:' || pool.id,
        'together:money:costs:' || pool.id
    );
    IF spent + NEW.amount > floor(arrived * pool.costs_percent / 100) THEN
        RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'together_costs_within_share',
            MESSAGE = format('costs of pool %s would be %s of %s', pool.reference, spent + NEW.amount, arrived);
    END IF;
    RETURN NEW;
END
$$;
CREATE OR REPLACE TRIGGER together_payout_guard BEFORE INSERT OR UPDATE OR DELETE
    ON together_payout FOR EACH ROW EXECUTE FUNCTION together_payout_guard();
