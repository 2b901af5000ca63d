-- End the open holds of what ended without them: withdrawn, refused, lapsed, refunded or declined.
CREATE OR REPLACE FUNCTION together_hold_drops() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE together_fraudhold SET state = 'dropped', decided_at = NEW.changed_at
    WHERE state = 'open' AND CASE TG_TABLE_NAME
        WHEN 'together_pledge' THEN pledge_id WHEN 'together_gift' THEN gift_id ELSE payout_id
    END = NEW.id;
    RETURN NULL;
END
$$;
CREATE OR REPLACE TRIGGER together_pledge_drops_hold AFTER UPDATE OF state ON together_pledge FOR EACH ROW
    WHEN (NEW.state IN ('lapsed', 'withdrawn', 'refused')) EXECUTE FUNCTION together_hold_drops();
CREATE OR REPLACE TRIGGER together_gift_drops_hold AFTER UPDATE OF state ON together_gift FOR EACH ROW
    WHEN (NEW.state IN ('lapsed', 'withdrawn', 'refunded')) EXECUTE FUNCTION together_hold_drops();
CREATE OR REPLACE TRIGGER together_payout_drops_hold AFTER UPDATE OF state ON together_payout FOR EACH ROW
    WHEN (NEW.state = 'declined') EXECUTE FUNCTION together_hold_drops();
