-- The person who stands for this one: the top of the merges in force.
CREATE OR REPLACE FUNCTION kini_person_root(person bigint) RETURNS bigint LANGUAGE sql STABLE AS $$
    WITH RECURSIVE up (id, step) AS (
        SELECT person, 0
        UNION ALL SELECT merge.survivor_id, up.step + 1
        FROM up JOIN people_personmerge AS merge ON merge.absorbed_id = up.id AND merge.undone_at IS NULL
    ) SELECT id FROM up ORDER BY step DESC LIMIT 1
$$;
