-- Keep a hold against fraud as it was placed, and its decision as it was made, by somebody who is of no side. What is held
-- is locked when a hold is placed, so that it does not move in the same moment.
CREATE OR REPLACE FUNCTION together_hold_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM FROM together_pledge WHERE id = NEW.pledge_id FOR UPDATE;
        PERFORM FROM together_gift WHERE id = NEW.gift_id FOR UPDATE;
        PERFORM FROM together_payout WHERE id = NEW.payout_id FOR UPDATE;
        IF NEW.state <> 'open' THEN
            RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'together_hold_stays',
                MESSAGE = 'a hold begins as open';
        END IF;
        RETURN NEW;
    END IF;
    IF TG_OP = 'DELETE' THEN
        IF OLD.state = 'open' THEN
            RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'together_hold_stays',
                MESSAGE = format('hold %s is open', OLD.id);
        END IF;
        RETURN OLD;
    END IF;
    IF (NEW.rule, NEW.pledge_id, NEW.gift_id, NEW.payout_id, NEW.measured, NEW.usual, NEW.placed_at)
            IS DISTINCT FROM (OLD.rule, OLD.pledge_id, OLD.gift_id, OLD.payout_id, OLD.measured, OLD.usual, OLD.placed_at)
        OR OLD.state <> 'open' AND (NEW.state, NEW.decided_at, NEW.reason) IS DISTINCT FROM
            (OLD.state, OLD.decided_at, OLD.reason)
        OR OLD.approved_by_id IS NOT NULL AND NEW.approved_by_id IS DISTINCT FROM OLD.approved_by_id THEN
        RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'together_hold_stays',
            MESSAGE = format('hold %s stays as it was placed and decided', OLD.id);
    END IF;
    IF EXISTS (
        SELECT FROM unnest(ARRAY[NEW.decided_by_id, NEW.approved_by_id]) AS officer WHERE officer IN (
            SELECT b.contact_id FROM together_pledge p JOIN together_needline l ON l.id = p.line_id
            JOIN together_need n ON n.id = l.need_id JOIN together_beneficiary b ON b.id = n.beneficiary_id
            WHERE p.id = NEW.pledge_id
                OR p.id = (SELECT pledge_id FROM together_payout WHERE id = NEW.payout_id)
            UNION ALL SELECT proposed_by_id FROM together_payout WHERE id = NEW.payout_id
            UNION ALL SELECT unnest(ARRAY[g.owner_id, m.user_id]) FROM together_giver g
            LEFT JOIN together_givermember m ON m.giver_id = g.id WHERE g.id IN (
                SELECT giver_id FROM together_pledge WHERE id = NEW.pledge_id
                UNION ALL SELECT giver_id FROM together_gift WHERE id = NEW.gift_id
                UNION ALL SELECT o.giver_id FROM together_payout t JOIN together_pool o ON o.id = t.pool_id
                WHERE t.id = NEW.payout_id
            )
        )
    ) THEN
        RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'together_hold_decided_apart',
            MESSAGE = format('hold %s is decided by one of its sides', OLD.id);
    END IF;
    RETURN NEW;
END
$$;
CREATE OR REPLACE TRIGGER together_hold_guard BEFORE INSERT OR UPDATE OR DELETE
    ON together_fraudhold FOR EACH ROW EXECUTE FUNCTION together_hold_guard();
