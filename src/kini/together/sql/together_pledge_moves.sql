-- Count a pledge in its line and post it to the ledger, in the statement that changes it. The check of the line refuses
-- what is too much. Postings: given by the giver -> promised -> in transit -> received or written off; what lapses, is
-- withdrawn or refused goes back to the giver. A need whose lines are all received is met.
CREATE OR REPLACE FUNCTION together_pledge_moves() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    line together_needline;
    need together_need;
    unit text;
    agreed bigint := 0;
    was text := CASE WHEN TG_OP = 'INSERT' THEN '' ELSE OLD.state END;
    accounts text[];
    amounts bigint[];
    given text := 'together:given:' || NEW.giver_id;
    promised text := 'stock:together:promised:' || NEW.giver_id;
    transit text := 'stock:together:transit:' || NEW.giver_id;
BEGIN
    IF was = NEW.state OR NEW.state IN ('confirmed', 'delivered', 'disputed') THEN
        RETURN NULL;
    END IF;
    IF NEW.state = 'received' THEN
        SELECT agreed_quantity INTO agreed FROM together_delivery WHERE pledge_id = NEW.id;
    END IF;
    IF NEW.state <> 'on-the-way' THEN
        UPDATE together_needline SET
            pledged = pledged + CASE NEW.state WHEN 'held' THEN NEW.quantity ELSE -NEW.quantity END,
            received = received + agreed
        WHERE id = NEW.line_id;
    END IF;
    SELECT * INTO line FROM together_needline WHERE id = NEW.line_id;
    SELECT * INTO need FROM together_need WHERE id = line.need_id;
    unit := 'package:' || need.programme || '/' || line.package;
    CASE NEW.state
        WHEN 'held' THEN
            accounts := ARRAY[given, promised];
            amounts := ARRAY[-NEW.quantity, NEW.quantity];
        WHEN 'on-the-way' THEN
            accounts := ARRAY[promised, transit];
            amounts := ARRAY[-NEW.quantity, NEW.quantity];
        WHEN 'received' THEN
            accounts := ARRAY[transit, 'together:received:' || need.beneficiary_id,
                'together:written-off:' || NEW.giver_id];
            amounts := ARRAY[-NEW.quantity, agreed, NEW.quantity - agreed];
        ELSE
            accounts := ARRAY[CASE was WHEN 'on-the-way' THEN transit ELSE promised END, given];
            amounts := ARRAY[-NEW.quantity, NEW.quantity];
    END CASE;
    PERFORM ledger_post(
        'together:pledge:' || NEW.id || ':' || NEW.state, 'pledge:' || NEW.reference, NEW.changed_at,
        accounts, array_fill(unit, ARRAY[cardinality(accounts)]), amounts
    );
    IF NEW.state = 'received' AND NOT EXISTS (
        SELECT FROM together_needline l WHERE l.need_id = need.id AND l.received < l.needed
    ) THEN
        UPDATE together_need SET state = 'met', ended_at = NEW.changed_at WHERE id = need.id AND state = 'open';
    END IF;
    RETURN NULL;
END
$$;
CREATE OR REPLACE TRIGGER together_pledge_moves AFTER INSERT OR UPDATE OF state
    ON together_pledge FOR EACH ROW EXECUTE FUNCTION together_pledge_moves();
