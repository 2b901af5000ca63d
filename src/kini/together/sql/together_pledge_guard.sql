-- Let a pledge begin only for an open need, by a giver that may give on that day, and move only along its edges. What it
-- is about never changes. The need is locked before its line, in every statement.
CREATE OR REPLACE FUNCTION together_pledge_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    need together_need;
    giver together_giver;
    agreed integer;
BEGIN
    IF TG_OP = 'UPDATE' AND (NEW.key, NEW.reference, NEW.line_id, NEW.giver_id, NEW.quantity, NEW.pledged_on, NEW.code)
        IS DISTINCT FROM (OLD.key, OLD.reference, OLD.line_id, OLD.giver_id, OLD.quantity, OLD.pledged_on, OLD.code)
    THEN
        RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'together_pledge_stays',
            MESSAGE = format('pledge %s keeps its line, giver and quantity', OLD.reference);
    END IF;
    IF TG_OP = 'UPDATE' AND NEW.state = OLD.state THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' THEN
        IF NOT (CASE OLD.state
            WHEN 'held' THEN NEW.state IN ('confirmed', 'lapsed', 'withdrawn', 'refused')
            WHEN 'confirmed' THEN NEW.state IN ('on-the-way', 'lapsed', 'withdrawn', 'refused')
            WHEN 'on-the-way' THEN NEW.state IN ('delivered', 'refused')
            WHEN 'delivered' THEN NEW.state IN ('received', 'disputed')
            WHEN 'disputed' THEN NEW.state = 'received'
            ELSE false
        END) THEN
            RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'together_pledge_edge',
                MESSAGE = format('pledge %s cannot go from %s to %s', OLD.reference, OLD.state, NEW.state);
        END IF;
        IF NEW.state IN ('delivered', 'received', 'disputed') THEN
            SELECT agreed_quantity INTO agreed FROM together_delivery WHERE pledge_id = NEW.id;
            IF NOT FOUND OR (NEW.state = 'received' AND (agreed IS NULL OR agreed > NEW.quantity)) THEN
                RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation',
                    CONSTRAINT = 'together_pledge_counted',
                    MESSAGE = format('pledge %s has no delivery of an agreed quantity', OLD.reference);
            END IF;
        END IF;
        IF NEW.state = 'received' THEN
            PERFORM FROM together_need n JOIN together_needline l ON l.need_id = n.id
            WHERE l.id = NEW.line_id FOR UPDATE OF n;
        END IF;
        RETURN NEW;
    END IF;
    IF NEW.state <> 'held' THEN
        RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'together_pledge_edge',
            MESSAGE = format('pledge %s must begin as held', NEW.reference);
    END IF;
    SELECT n.* INTO need FROM together_need n JOIN together_needline l ON l.need_id = n.id
    WHERE l.id = NEW.line_id FOR SHARE OF n;
    IF need.state IS DISTINCT FROM 'open' THEN
        RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'together_need_is_open',
            MESSAGE = format('need %s is %s, not open', need.reference, need.state);
    END IF;
    SELECT * INTO giver FROM together_giver WHERE id = NEW.giver_id FOR SHARE;
    IF giver.suspended_at IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'together_giver_suspended',
            MESSAGE = format('giver %s is suspended', giver.id);
    END IF;
    IF giver.kind = 'aggregator' AND NOT EXISTS (
        SELECT FROM together_permit p
        WHERE p.giver_id = giver.id AND NEW.pledged_on BETWEEN p.valid_from AND p.valid_until
    ) THEN
        RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'together_permit_in_force',
            MESSAGE = format('giver %s has no permit on %s', giver.id, NEW.pledged_on);
    END IF;
    IF giver.owner_id = need.verified_by_id OR EXISTS (
        SELECT FROM together_givermember m WHERE m.giver_id = giver.id AND m.user_id = need.verified_by_id
    ) THEN
        RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'together_verifier_apart',
            MESSAGE = format('need %s was verified by the side of giver %s', need.reference, giver.id);
    END IF;
    RETURN NEW;
END
$$;
CREATE OR REPLACE TRIGGER together_pledge_guard BEFORE INSERT OR UPDATE
    ON together_pledge FOR EACH ROW EXECUTE FUNCTION together_pledge_guard();
