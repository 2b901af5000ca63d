-- Forget for whom a deleted row was recorded.
CREATE OR REPLACE FUNCTION kini_person_reference_gone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM people_movedreference AS moved
    WHERE moved."table" = TG_TABLE_NAME AND moved."column" = TG_ARGV[0] AND moved."row" = OLD.id;
    RETURN NULL;
END
$$;
