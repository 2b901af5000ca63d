"""Move entries and postings to the ledger of all rooms, where new chains seal them; sealed rows are verified first."""

from typing import Any

from django.db import migrations

from kini.core.chain import digests
from kini.web.current_city import current_city

TABLES = {"ledger": "payments_ledgerentry", "postings": "payments_posting"}
#: Subjects as actions write them: the payment, or the settlement line of which no payment is known.
ENTRIES = """
    INSERT INTO ledger_entry (key, subject, at, posting_count)
    SELECT 'payments:' || key,
        coalesce('payment:' || payment_id, 'settlement:' || regexp_replace(key, '^settled:[^:]*:', '')),
        at, (SELECT count(*) FROM payments_posting WHERE entry_id = e.id)
    FROM payments_ledgerentry e ORDER BY id
"""
POSTINGS = """
    INSERT INTO ledger_posting (entry_id, account, unit, amount)
    SELECT moved.id, 'payments:' || p.account, %s, p.amount
    FROM payments_posting p JOIN payments_ledgerentry e ON e.id = p.entry_id
        JOIN ledger_entry moved ON moved.key = 'payments:' || e.key
    ORDER BY p.id
"""
TRIGGERS = """
    DROP TRIGGER payments_entry_balance ON payments_ledgerentry;
    DROP TRIGGER payments_posting_balance ON payments_posting;
    DROP FUNCTION kini_ledger_balance();
"""


def move(apps: Any, editor: Any) -> None:
    if not apps.get_model("payments", "LedgerEntry").objects.exists():
        return
    for block in apps.get_model("core", "ChainBlock").objects.filter(chain__in=TABLES):
        rows = digests.rows_digest(TABLES[block.chain], block.columns, block.first, block.last)
        if (rows.count, rows.digest) != (block.rows, bytes(block.digest)) or not digests.is_block_sealed(block):
            raise ValueError(
                f"{TABLES[block.chain]}: block {block.number} is not what was sealed, and nothing was moved."
                " Run ./kini check chain with the version before, and restore these rows from a backup."
            )
    with editor.connection.cursor() as cursor:
        cursor.execute(ENTRIES)
        cursor.execute(POSTINGS, [current_city().currency])
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


class Migration(migrations.Migration):
    dependencies = [("payments", "0004_open_refunds_to_outbox"), ("ledger", "0001_initial"), ("core", "0014_maintained")]
    operations = [
        migrations.RunPython(move),
        migrations.RunSQL(TRIGGERS),
        migrations.DeleteModel("Posting"),
        migrations.DeleteModel("LedgerEntry"),
    ]
