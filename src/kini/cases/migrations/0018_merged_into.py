"""Rename `leader` to `merged_into` in Django's state. Column, constraint and index keep their names."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("cases", "0017_model_names")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RemoveConstraint("case", "cases_joined_to_another"),
                migrations.RemoveIndex("case", "cases_followers"),
                migrations.RenameField("case", "leader", "merged_into"),
                migrations.AlterField(
                    "case",
                    "merged_into",
                    models.ForeignKey(
                        "cases.case",
                        django.db.models.deletion.PROTECT,
                        null=True,
                        related_name="duplicates",
                        db_column="leader_id",
                        db_index=False,
                        help_text="The case it was merged into.",
                    ),
                ),
                migrations.AddConstraint(
                    "case",
                    models.CheckConstraint(
                        condition=(Q(merged_into__isnull=True) & ~Q(outcome="joined"))
                        | (Q(merged_into__isnull=False) & Q(outcome="joined")),
                        name="cases_joined_to_another",
                    ),
                ),
                migrations.AddIndex(
                    "case",
                    models.Index(fields=["merged_into"], name="cases_followers", condition=Q(merged_into__isnull=False)),
                ),
            ]
        ),
    ]
