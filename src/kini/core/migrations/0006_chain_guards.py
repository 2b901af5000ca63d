"""Blocks and notes of chained tables only grow, and one function removes rows of blocks whose term is over.

It runs with the rights of the tables' owner, so the program's role needs no right to delete. Its caller brings the note's
keyed seal, which the database cannot compute.
"""

from django.db import migrations

from kini.core.database.append_only_triggers import append_only, not_append_only

APPEND_ONLY = """
CREATE OR REPLACE FUNCTION kini_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- A function of the table's owner (SECURITY DEFINER) may remove rows of the one table that it names.
    IF TG_OP = 'DELETE' AND current_setting('kini.removal', true) = TG_TABLE_NAME
        AND current_user = (SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = TG_RELID) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION USING
        ERRCODE = 'integrity_constraint_violation',
        MESSAGE = format('%s is append-only: %s is refused', TG_TABLE_NAME, TG_OP),
        HINT = 'Add a new row that says what changed.';
END
$$;
"""
BEFORE = """
CREATE OR REPLACE FUNCTION kini_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION USING
        ERRCODE = 'integrity_constraint_violation',
        MESSAGE = format('%s is append-only: %s is refused', TG_TABLE_NAME, TG_OP),
        HINT = 'Add a new row that says what changed.';
END
$$;
"""
REMOVE = """
CREATE FUNCTION kini_chain_remove(of_chain text, block integer, by_rule text, removed_at timestamptz, note_seal bytea)
RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    term core_chainterm;
    sealed core_chainblock;
    young boolean;
    removed bigint;
BEGIN
    SELECT * INTO term FROM core_chainterm t WHERE t.chain = of_chain;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation',
            MESSAGE = format('rows of the chain "%s" are never removed', of_chain);
    END IF;
    SELECT * INTO sealed FROM core_chainblock b WHERE b.chain = of_chain AND b.number = block;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation',
            MESSAGE = format('the chain "%s" has no block %s', of_chain, block);
    END IF;
    EXECUTE format('SELECT EXISTS (SELECT FROM %I WHERE %I BETWEEN $1 AND $2 AND %I > now() - make_interval(days => $3))',
        term."table", term.key, term.at) INTO young USING sealed.first, sealed.last, term.days;
    IF young THEN
        RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation',
            MESSAGE = format('block %s of the chain "%s" has rows younger than %s days', block, of_chain, term.days);
    END IF;
    INSERT INTO core_chainremoval (chain, subject, rule, at, rows, digest, seal)
        VALUES (of_chain, block::text, by_rule, removed_at, sealed.rows, sealed.digest, note_seal);
    PERFORM set_config('kini.removal', term."table", true);
    EXECUTE format('DELETE FROM %I WHERE %I BETWEEN $1 AND $2', term."table", term.key) USING sealed.first, sealed.last;
    GET DIAGNOSTICS removed = ROW_COUNT;
    PERFORM set_config('kini.removal', '', true);
    RETURN removed;
END
$$;
REVOKE ALL ON FUNCTION kini_chain_remove(text, integer, text, timestamptz, bytea) FROM PUBLIC;
"""
NO_REMOVE = "DROP FUNCTION kini_chain_remove(text, integer, text, timestamptz, bytea)"
TABLES = ("core_chainblock", "core_chainremoval")


class Migration(migrations.Migration):
    dependencies = [("core", "0005_chain")]
    operations = [
        migrations.RunSQL(APPEND_ONLY, BEFORE),
        *(migrations.RunSQL(append_only(table), not_append_only(table)) for table in TABLES),
        migrations.RunSQL(REMOVE, NO_REMOVE),
    ]
