"""Put refunds that are open into the outbox, which sends them from now on."""

from datetime import timedelta

from django.db import migrations
from django.utils import timezone

MAX_AGE = timedelta(days=14)


def put_open_refunds(apps, schema_editor):
    now = timezone.now()
    OutboxEntry = apps.get_model("exchange", "OutboxEntry")
    for refund in apps.get_model("payments", "Refund").objects.filter(done_at=None).order_by("asked_at"):
        OutboxEntry.objects.create(
            destination="payments.refunds",
            subject=f"payment:{refund.payment_id}",
            key=refund.pk.hex,
            payload={"refund": str(refund.pk)},
            created_at=now,
            next_at=now,
            give_up_at=now + MAX_AGE,
        )


class Migration(migrations.Migration):
    dependencies = [("payments", "0003_to_look_at"), ("exchange", "0001_initial")]
    operations = [migrations.RunPython(put_open_refunds, migrations.RunPython.noop)]
