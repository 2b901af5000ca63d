"""Cases whose timed transition is due."""

from collections.abc import Iterator
from datetime import timedelta

from django.db.models import Exists, OuterRef

from kini.cases import rules
from kini.cases.models import Case
from kini.city.public import pack
from kini.core import current_time
from kini.services.models import FlowEdge
from kini.services.public import snapshot_of


def due_edges() -> Iterator[int]:
    """Ids of cases that have been in their state for as long as its `after` says."""
    now, calendar = current_time.now(), pack.current().calendar
    standing = Case.objects.filter(
        version=OuterRef("version"), state=OuterRef("state"), state_since__lte=now - timedelta(hours=23)
    )
    for edge in (
        FlowEdge.objects.filter(Exists(standing), move=rules.AFTER).select_related("version").defer("version__content")
    ):
        after = snapshot_of(edge.version).flow.states[edge.state].after
        waiting = Case.objects.filter(version=edge.version, state=edge.state).order_by("pk")
        for pk, since in waiting.values_list("pk", "state_since"):
            if after and calendar.add(since, "days", after.days) <= now:
                yield pk
