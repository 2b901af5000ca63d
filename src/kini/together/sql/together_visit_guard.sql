-- Keep a draw that was made, its lots and a recorded visit as they were; the visitor is of no side of the delivery.
CREATE OR REPLACE FUNCTION together_visit_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_TABLE_NAME <> 'together_visit' THEN
        RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'together_draw_stays',
            MESSAGE = 'a draw that was made is kept as it was published';
    END IF;
    IF OLD.counted IS NOT NULL OR (OLD.delivery_id, OLD.giver, OLD.reported, OLD.drawn_at, OLD.due_on)
        IS DISTINCT FROM (NEW.delivery_id, NEW.giver, NEW.reported, NEW.drawn_at, NEW.due_on)
    THEN
        RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'together_visit_stays',
            MESSAGE = format('visit %s stays as it was recorded', OLD.id);
    END IF;
    IF EXISTS (
        SELECT FROM together_delivery d
        JOIN together_pledge p ON p.id = d.pledge_id JOIN together_giver g ON g.id = p.giver_id
        JOIN together_needline l ON l.id = p.line_id JOIN together_need n ON n.id = l.need_id
        JOIN together_beneficiary b ON b.id = n.beneficiary_id
        WHERE d.id = NEW.delivery_id AND (
            NEW.visited_by_id IN (d.delivered_by_id, d.received_by_id, n.verified_by_id, n.reported_by_id,
                b.contact_id, g.owner_id)
            OR EXISTS (SELECT FROM together_givermember m WHERE m.giver_id = g.id AND m.user_id = NEW.visited_by_id))
    ) THEN
        RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'together_visitor_apart',
            MESSAGE = format('visit %s is by somebody of the delivery', OLD.id);
    END IF;
    RETURN NEW;
END
$$;
CREATE OR REPLACE TRIGGER together_visit_guard BEFORE UPDATE
    ON together_visit FOR EACH ROW EXECUTE FUNCTION together_visit_guard();
CREATE OR REPLACE TRIGGER together_draw_guard BEFORE UPDATE ON together_visitdraw
    FOR EACH ROW WHEN (OLD.seed <> '' AND (OLD.seed, OLD.until) IS DISTINCT FROM (NEW.seed, NEW.until)
        OR (OLD.commitment, OLD.one_in) IS DISTINCT FROM (NEW.commitment, NEW.one_in))
    EXECUTE FUNCTION together_visit_guard();
CREATE OR REPLACE TRIGGER together_lot_guard BEFORE UPDATE
    ON together_visitlot FOR EACH ROW EXECUTE FUNCTION together_visit_guard();
