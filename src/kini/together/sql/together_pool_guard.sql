-- Let a pool be opened only for an aggregator that is not suspended, by somebody who is not of its side; what it is for
-- and its rules never change; it ends as reached or short. Only the newest handover, decided by two people, gives it another
-- aggregator, or lets a reached one be given back.
CREATE OR REPLACE FUNCTION together_pool_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    aggregator together_giver;
    handover together_poolhandover;
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'together_pool_stays',
            MESSAGE = format('pool %s stays', OLD.reference);
    END IF;
    IF TG_OP = 'UPDATE' THEN
        SELECT * INTO handover FROM together_poolhandover WHERE pool_id = OLD.id AND state = 'done' ORDER BY id DESC LIMIT 1;
        IF NEW.giver_id <> OLD.giver_id
            AND (handover.from_giver_id, handover.to_giver_id) IS DISTINCT FROM (OLD.giver_id, NEW.giver_id)
        THEN
            RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'together_pool_stays',
                MESSAGE = format('pool %s is handed over by two people only', OLD.reference);
        END IF;
        IF (NEW.reference, NEW.programme, NEW.name, NEW.purpose, NEW.currency, NEW.target,
            NEW.costs_percent, NEW.closes_on) IS DISTINCT FROM (OLD.reference, OLD.programme, OLD.name,
            OLD.purpose, OLD.currency, OLD.target, OLD.costs_percent, OLD.closes_on)
        THEN
            RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'together_pool_stays',
                MESSAGE = format('pool %s keeps its purpose and rules', OLD.reference);
        END IF;
        IF NEW.state <> OLD.state AND NOT (
            NEW.state = 'short' AND handover.from_giver_id = OLD.giver_id AND handover.to_giver_id IS NULL
        ) IS TRUE AND (
            OLD.state <> 'open'
            OR NEW.state = 'reached' AND NEW.received <> NEW.target
            OR NEW.state = 'short' AND NEW.received = NEW.target
        ) THEN
            RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'together_pool_edge',
                MESSAGE = format('pool %s cannot go from %s to %s', OLD.reference, OLD.state, NEW.state);
        END IF;
        RETURN NEW;
    END IF;
    SELECT * INTO aggregator FROM together_giver WHERE id = NEW.giver_id FOR SHARE;
    IF aggregator.kind <> 'aggregator' OR aggregator.suspended_at IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'together_pool_of_aggregator',
            MESSAGE = format('giver %s is no aggregator that may collect money', aggregator.id);
    END IF;
    IF aggregator.owner_id = NEW.opened_by_id OR EXISTS (
        SELECT FROM together_givermember m WHERE m.giver_id = aggregator.id AND m.user_id = NEW.opened_by_id
    ) THEN
        RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'together_pool_opened_apart',
            MESSAGE = format('pool %s is opened by the side of its aggregator', NEW.reference);
    END IF;
    IF NEW.state <> 'open' OR (NEW.promised, NEW.received, NEW.paid_out, NEW.costs) <> (0, 0, 0, 0) THEN
        RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'together_pool_edge',
            MESSAGE = format('pool %s must begin open and empty', NEW.reference);
    END IF;
    RETURN NEW;
END
$$;
CREATE OR REPLACE TRIGGER together_pool_guard BEFORE INSERT OR UPDATE OR DELETE
    ON together_pool FOR EACH ROW EXECUTE FUNCTION together_pool_guard();
