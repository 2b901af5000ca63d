-- Set doses aside for the places of a vaccination session, in the statement that changes its quota: capacity comes out of
-- the free stock of the site (or of what is kept for second doses), and each taken place turns an open dose into a booked
-- one. A capacity without stock is refused by the ledger. Quotas of other slots, and of settled sessions, move nothing.
CREATE OR REPLACE FUNCTION vaccination_quota_stock() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    quota booking_quota := CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
    capacity bigint := CASE WHEN TG_OP = 'DELETE' THEN 0 ELSE NEW.capacity END
        - CASE WHEN TG_OP = 'INSERT' THEN 0 ELSE OLD.capacity END;
    taken bigint := CASE WHEN TG_OP = 'DELETE' THEN 0 ELSE NEW.taken END
        - CASE WHEN TG_OP = 'INSERT' THEN 0 ELSE OLD.taken END;
    session vaccination_session;
    branch text;
BEGIN
    IF capacity = 0 AND taken = 0 THEN
        RETURN NULL;
    END IF;
    SELECT * INTO session FROM vaccination_session WHERE slot_id = quota.slot_id AND settled_at IS NULL;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    branch := 'stock:doses:' || session.site_id;
    PERFORM ledger_post(
        'vaccination:quota:' || gen_random_uuid(), 'vaccination-session:' || session.slot_id, clock_timestamp(),
        ARRAY[
            branch || CASE quota."group" WHEN 'second' THEN ':second' ELSE ':free' END,
            branch || ':open:' || quota.id,
            branch || ':booked:' || quota.id
        ],
        array_fill('vaccine:' || session.vaccine, ARRAY[3]),
        ARRAY[-capacity * session.dose_ul, (capacity - taken) * session.dose_ul, taken * session.dose_ul]
    );
    RETURN NULL;
END
$$;
CREATE OR REPLACE TRIGGER vaccination_quota_stock AFTER INSERT OR DELETE OR UPDATE OF capacity, taken
    ON booking_quota FOR EACH ROW EXECUTE FUNCTION vaccination_quota_stock();
