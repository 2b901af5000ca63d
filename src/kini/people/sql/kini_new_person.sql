-- Create a person without details; the default of a new profile's person.
CREATE OR REPLACE FUNCTION kini_new_person() RETURNS bigint LANGUAGE sql AS $$
    INSERT INTO people_person (source, name, birth_precision, sex, phone, search_keys)
    VALUES ('profile', '', '', '', '', '{}') RETURNING id
$$;
