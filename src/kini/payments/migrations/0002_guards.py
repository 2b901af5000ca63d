"""Triggers: ledger entries balance and are append-only; so are webhooks and settlements."""

from django.db import migrations

from kini.core.database.append_only_triggers import append_only, not_append_only

BALANCE = """
CREATE FUNCTION kini_ledger_balance() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    -- A posting names its entry; an entry is itself.
    booked bigint := coalesce((to_jsonb(NEW) ->> 'entry_id')::bigint, NEW.id);
    total numeric;
    lines bigint;
BEGIN
    SELECT coalesce(sum(amount), 0), count(*) INTO total, lines FROM payments_posting WHERE entry_id = booked;
    IF total <> 0 OR lines < 2 THEN
        RAISE EXCEPTION USING
            ERRCODE = 'integrity_constraint_violation',
            MESSAGE = format('ledger entry %s does not balance: %s postings add up to %s', booked, lines, total);
    END IF;
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER payments_posting_balance AFTER INSERT ON payments_posting
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION kini_ledger_balance();
CREATE CONSTRAINT TRIGGER payments_entry_balance AFTER INSERT ON payments_ledgerentry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION kini_ledger_balance();
"""
NO_BALANCE = """
DROP TRIGGER payments_entry_balance ON payments_ledgerentry;
DROP TRIGGER payments_posting_balance ON payments_posting;
DROP FUNCTION kini_ledger_balance();
"""
GROWING = ("payments_ledgerentry", "payments_posting", "payments_providernotice", "payments_settlementrow")


class Migration(migrations.Migration):
    dependencies = [("payments", "0001_initial"), ("core", "0002_guards")]
    operations = [
        *(migrations.RunSQL(append_only(table), not_append_only(table)) for table in GROWING),
        migrations.RunSQL(BALANCE, NO_BALANCE),
    ]
