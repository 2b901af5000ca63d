-- Remove the rows of a sealed block whose term is over, with a note that the caller sealed.
CREATE OR REPLACE FUNCTION kini_chain_remove(
    of_chain text, block integer, by_rule text, removed_at timestamptz, note_seal bytea
) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
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
    EXECUTE format(
        'SELECT EXISTS (SELECT FROM %I WHERE %I BETWEEN $1 AND $2 AND %I > now() - make_interval(days => $3))',
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
REVOKE ALL ON FUNCTION kini_chain_remove FROM PUBLIC;
