"""Health check: whether records reach SATUSEHAT, and both sides were compared."""

from datetime import timedelta

from kini.core import current_time
from kini.core.environment_settings import InvalidEnvironment
from kini.satusehat.models import Comparison, NationalRecord
from kini.satusehat.satusehat_client import clients

#: Age of the oldest record that waits, and of the newest comparison, from which an operator should look.
LATE = timedelta(days=2)


def find_problem() -> str:
    """Return what is wrong, or an empty text; nothing is wrong where nothing is configured."""
    try:
        if not clients():
            return ""
    except InvalidEnvironment as invalid:
        return str(invalid)
    late = current_time.now() - LATE
    waiting = NationalRecord.objects.filter(state="waiting", updated_at__lt=late).count()
    refused = NationalRecord.objects.filter(state="refused").count()
    if waiting:
        return f"{waiting} records wait for SATUSEHAT for more than two days"
    if (
        NationalRecord.objects.filter(updated_at__lt=late).exists()
        and not Comparison.objects.filter(compared_at__gte=late).exists()
    ):
        return "both sides were not compared for two days"
    return f"SATUSEHAT refused {refused} records; the data officer corrects them" if refused else ""
