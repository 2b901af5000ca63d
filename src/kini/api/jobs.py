"""What time does to kept answers."""

from django.utils import timezone

from kini.api.idempotency import KEPT
from kini.api.models import KeptAnswer
from kini.core.jobs import every


@every("37 * * * *", name="api.forget_answers")
def forget_answers() -> None:
    """A key may be used anew after a day."""
    KeptAnswer.objects.filter(created_at__lt=timezone.now() - KEPT).delete()
