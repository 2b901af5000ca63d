-- Settle the payout for a pledge in the statement by which its packages are received, or by which it is paid later.
CREATE OR REPLACE FUNCTION together_payout_settles() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_TABLE_NAME = 'together_pledge' THEN
        UPDATE together_payout SET state = 'settled', changed_at = NEW.changed_at
        WHERE pledge_id = NEW.id AND state = 'paid';
    ELSIF EXISTS (SELECT FROM together_pledge p WHERE p.id = NEW.pledge_id AND p.state = 'received') THEN
        UPDATE together_payout SET state = 'settled' WHERE id = NEW.id AND state = 'paid';
    END IF;
    RETURN NULL;
END
$$;
-- Named so that it runs after together_pledge_moves and together_payout_moves.
CREATE OR REPLACE TRIGGER together_pledge_settles_payout AFTER UPDATE OF state
    ON together_pledge FOR EACH ROW WHEN (NEW.state = 'received') EXECUTE FUNCTION together_payout_settles();
CREATE OR REPLACE TRIGGER together_payout_settles AFTER UPDATE OF state
    ON together_payout FOR EACH ROW WHEN (NEW.state = 'paid') EXECUTE FUNCTION together_payout_settles();
