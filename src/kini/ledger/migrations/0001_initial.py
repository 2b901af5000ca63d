"""Entries, postings, balances, and the functions and triggers that hold them."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

from kini.core.database.append_only_triggers import append_only, maintained, not_append_only, not_maintained
from kini.core.database.sql_files import LoadSql

ACCOUNT = models.CharField(db_collation="C", max_length=200)
UNIT = models.CharField(db_collation="C", max_length=120)
ID = models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


class Migration(migrations.Migration):
    initial = True
    dependencies = [("core", "0014_maintained")]
    operations = [
        migrations.CreateModel(
            name="Entry",
            fields=[
                ("id", ID),
                ("key", models.CharField(max_length=200)),
                ("subject", models.CharField(max_length=200)),
                ("at", models.DateTimeField()),
                ("posting_count", models.PositiveIntegerField()),
                (
                    "reverses",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reversals",
                        to="ledger.entry",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "entries",
                "constraints": [
                    models.UniqueConstraint(fields=["key"], name="ledger_key_once"),
                    models.UniqueConstraint(fields=["reverses"], name="ledger_reversed_once"),
                    models.CheckConstraint(
                        condition=Q(subject__regex="^[a-z][a-z-]*:[^[:cntrl:]]+$"), name="ledger_subject_of_a_type"
                    ),
                    models.CheckConstraint(condition=Q(posting_count__gte=2), name="ledger_entry_of_two_postings"),
                ],
                "indexes": [models.Index(fields=["subject", "id"], name="ledger_entry_subject")],
            },
        ),
        migrations.CreateModel(
            name="Posting",
            fields=[
                ("id", ID.clone()),
                (
                    "entry",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="postings",
                        to="ledger.entry",
                    ),
                ),
                ("account", ACCOUNT),
                ("unit", UNIT),
                ("amount", models.BigIntegerField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=~Q(amount=0), name="ledger_posting_of_something"),
                    models.CheckConstraint(
                        condition=Q(account__regex="^[^:[:cntrl:]]+(:[^:[:cntrl:]]+)*$"), name="ledger_account_of_parts"
                    ),
                    models.CheckConstraint(condition=Q(unit__regex="^[^[:cntrl:]]+$"), name="ledger_unit_named"),
                    models.UniqueConstraint(fields=["entry", "account", "unit"], name="ledger_account_once_an_entry"),
                ],
                "indexes": [models.Index(fields=["account", "unit", "id"], name="ledger_posting_account")],
            },
        ),
        migrations.CreateModel(
            name="Balance",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "account", "unit", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("account", ACCOUNT.clone()),
                ("unit", UNIT.clone()),
                ("balance", models.BigIntegerField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(balance__gte=0) | ~Q(account__startswith="stock:"),
                        name="ledger_stock_not_negative",
                    )
                ]
            },
        ),
        migrations.RunSQL(append_only("ledger_entry"), not_append_only("ledger_entry")),
        migrations.RunSQL(append_only("ledger_posting"), not_append_only("ledger_posting")),
        migrations.RunSQL(maintained("ledger_balance"), not_maintained("ledger_balance")),
        LoadSql("ledger", "ledger_apply_postings", new=True),
        LoadSql("ledger", "ledger_check_entry", new=True),
        LoadSql("ledger", "ledger_post", new=True),
        LoadSql("ledger", "ledger_reverse", new=True),
    ]
