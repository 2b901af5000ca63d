-- Let a pool be handed over or refunded only while its aggregator is suspended, by two officers of neither side, to an
-- aggregator that is not suspended and has a permit on that day; refunded only while nothing was spent.
CREATE OR REPLACE FUNCTION together_handover_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    pool together_pool;
    officer bigint := CASE WHEN TG_OP = 'INSERT' THEN NEW.proposed_by_id ELSE NEW.decided_by_id END;
BEGIN
    IF TG_OP = 'DELETE' OR TG_OP = 'UPDATE' AND (OLD.state <> 'proposed'
        OR (NEW.pool_id, NEW.from_giver_id, NEW.to_giver_id, NEW.reason, NEW.proposed_by_id, NEW.proposed_at)
        IS DISTINCT FROM (OLD.pool_id, OLD.from_giver_id, OLD.to_giver_id, OLD.reason, OLD.proposed_by_id, OLD.proposed_at))
        OR TG_OP = 'INSERT' AND NEW.state <> 'proposed'
    THEN
        RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'together_handover_stays',
            MESSAGE = format('handover %s stays as it was proposed and decided', OLD.id);
    END IF;
    IF NEW.state = 'declined' THEN
        RETURN NEW;
    END IF;
    PERFORM FROM together_giver WHERE id IN (NEW.from_giver_id, NEW.to_giver_id) ORDER BY id FOR SHARE;
    SELECT * INTO pool FROM together_pool WHERE id = NEW.pool_id FOR UPDATE;
    IF pool.giver_id <> NEW.from_giver_id OR pool.state = 'short'
        OR EXISTS (SELECT FROM together_giver WHERE id = NEW.from_giver_id AND suspended_at IS NULL) THEN
        RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'together_pool_is_frozen',
            MESSAGE = format('pool %s is not frozen', pool.reference);
    END IF;
    IF NEW.to_giver_id IS NULL AND pool.paid_out + pool.costs > 0 THEN
        RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'together_pool_is_whole',
            MESSAGE = format('money of pool %s was spent', pool.reference);
    END IF;
    IF NEW.to_giver_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM together_giver g JOIN together_permit p ON p.giver_id = g.id WHERE g.id = NEW.to_giver_id
            AND g.kind = 'aggregator' AND g.suspended_at IS NULL
            AND (NEW.decided_on IS NULL OR NEW.decided_on BETWEEN p.valid_from AND p.valid_until)
    ) THEN
        RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'together_permit_in_force',
            MESSAGE = format('giver %s cannot take a pool over', NEW.to_giver_id);
    END IF;
    IF EXISTS (
        SELECT FROM together_giver g LEFT JOIN together_givermember m ON m.giver_id = g.id
        WHERE g.id IN (NEW.from_giver_id, NEW.to_giver_id) AND officer IN (g.owner_id, m.user_id)
    ) THEN
        RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'together_handover_apart',
            MESSAGE = format('pool %s is handed over by one of its sides', pool.reference);
    END IF;
    RETURN NEW;
END
$$;
CREATE OR REPLACE TRIGGER together_handover_guard BEFORE INSERT OR UPDATE OR DELETE
    ON together_poolhandover FOR EACH ROW EXECUTE FUNCTION together_handover_guard();
