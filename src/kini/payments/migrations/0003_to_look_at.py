"""Index of settlement lines that did not agree."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("payments", "0002_guards")]
    operations = [
        migrations.AddIndex(
            model_name="settlementrow",
            index=models.Index(fields=["-id"], name="payments_to_look_at", condition=~Q(verdict="agreed")),
        ),
    ]
