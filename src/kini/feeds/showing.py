"""What every page of a feed says, whatever its rows are: where it stands, its source, and how old its figures are."""

from typing import Any

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from kini.feeds import queries, wording
from kini.feeds.queries import Status
from kini.feeds.schema import Feed
from kini.services.models import Service
from kini.services.versions import resolve
from kini.web import formats


def status_or_404(name: str) -> Status:
    """One feed of the city, or the page that says that there is none."""
    try:
        return queries.status(name)
    except LookupError:
        raise Http404 from None


def about(status: Status) -> dict[str, Any]:
    """What every page of a feed says: where it is, where its figures come from, how old they are."""
    feed, state = status.feed, status.state
    return {
        "name": status.name,
        "feed": feed,
        "status": status,
        "trail": [(_("Services"), reverse("services:catalogue")), *_services(feed)],
        "read": wording.when(feed, status.measured_at),
        "failed": formats.moment(state.failed_since) if state.failed_since else "",
    }


def _services(feed: Feed) -> list[tuple[str, str]]:
    """The first service that shows the feed."""
    found = Service.objects.filter(pk__in=feed.services, active=True).select_related("current").first()
    if found is None or found.current is None:
        return []
    return [(str(resolve(found.current).definition.name), reverse("services:service", args=[found.pk]))]
