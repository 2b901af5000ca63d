-- Let nothing that is held against fraud move on: a pledge is neither confirmed, sent nor delivered, money of a gift does
-- not arrive, and a payout is not paid, while a hold is open or after it was refused.
CREATE OR REPLACE FUNCTION together_held_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM together_fraudhold h WHERE h.state IN ('open', 'refused') AND CASE TG_TABLE_NAME
            WHEN 'together_pledge' THEN h.pledge_id WHEN 'together_gift' THEN h.gift_id ELSE h.payout_id
        END = NEW.id
    ) THEN
        RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'together_held',
            MESSAGE = format('%s %s is held', TG_TABLE_NAME, NEW.id);
    END IF;
    RETURN NEW;
END
$$;
CREATE OR REPLACE TRIGGER together_pledge_held BEFORE UPDATE OF state ON together_pledge FOR EACH ROW
    WHEN (NEW.state <> OLD.state AND NEW.state IN ('confirmed', 'on-the-way', 'delivered'))
    EXECUTE FUNCTION together_held_stays();
CREATE OR REPLACE TRIGGER together_gift_held BEFORE UPDATE OF state ON together_gift FOR EACH ROW
    WHEN (NEW.state <> OLD.state AND NEW.state = 'held') EXECUTE FUNCTION together_held_stays();
CREATE OR REPLACE TRIGGER together_payout_held BEFORE UPDATE OF state ON together_payout FOR EACH ROW
    WHEN (NEW.state <> OLD.state AND NEW.state = 'paid') EXECUTE FUNCTION together_held_stays();
