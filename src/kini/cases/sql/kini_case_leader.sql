-- Let a case be merged only into a case of the same service that began no later and is not merged itself.
CREATE OR REPLACE FUNCTION kini_case_leader() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.leader_id IS NOT NULL AND (
        EXISTS (SELECT FROM cases_case WHERE leader_id = NEW.id)
        OR NOT EXISTS (
            SELECT FROM cases_case
            WHERE id = NEW.leader_id AND id <> NEW.id AND leader_id IS NULL AND service_id = NEW.service_id
                AND opened_at <= NEW.opened_at
        )
    ) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'integrity_constraint_violation',
            MESSAGE = format('case %s: it can only be joined to an earlier case of its service that is not joined itself',
                NEW.reference);
    END IF;
    RETURN NEW;
END
$$;
CREATE OR REPLACE TRIGGER cases_case_leader BEFORE INSERT OR UPDATE OF leader_id ON cases_case
    FOR EACH ROW WHEN ((new.leader_id IS NOT NULL))
    EXECUTE FUNCTION kini_case_leader();
