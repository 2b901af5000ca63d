"""Reads of the noticeboard."""

from django.db.models import QuerySet

from kini.web.formats import today
from tests.plugin_noticeboard.models import Notice


def current_notices() -> QuerySet[Notice]:
    """Notices of today, newest first."""
    return Notice.objects.filter(last_day__gte=today()).order_by("-posted_at")
