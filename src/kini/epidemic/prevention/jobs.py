"""Messages of health alerts, in batches."""

from itertools import batched

from django.db import transaction

from kini.core import jobs
from kini.core.events import subscribe
from kini.epidemic.prevention import health_alerts as alerts
from kini.epidemic.prevention.events import HealthAlertSent
from kini.epidemic.prevention.models import AlertSubscription, HealthAlert

BATCH = 200


@subscribe(HealthAlertSent, name="epidemic.tell_subscribers")
def tell_subscribers(event: HealthAlertSent) -> None:
    """Store a job for each batch of people who want alerts of its areas."""
    alert = HealthAlert.objects.get(pk=event.alert)
    numbers = [each.pk for each in alerts.subscribers(alert)]
    with transaction.atomic():
        for batch in batched(numbers, BATCH):
            jobs.enqueue(TELL, alert=alert.pk, subscriptions=list(batch))


TELL = "epidemic.tell_batch_of_subscribers"


@jobs.job(TELL, queue="events")
def tell_batch(alert: int, subscriptions: list[int]) -> None:
    """Send the messages of one batch; people who cancelled meanwhile get none."""
    rows = AlertSubscription.objects.filter(pk__in=subscriptions, user__is_active=True).select_related("user")
    alerts.notify(HealthAlert.objects.get(pk=alert), rows)
