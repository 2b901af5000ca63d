"""Common context of a feed's pages: breadcrumbs, source, age."""

from contextlib import suppress
from typing import Any

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from kini.feeds import queries, value_formats
from kini.feeds.queries import FeedStatus
from kini.feeds.schema import Feed
from kini.services import queries as queries_of_services
from kini.services.models import Service
from kini.services.public import snapshots_by_version
from kini.web import formats


def feed_status_or_404(name: str) -> FeedStatus:
    """Status of a feed, or 404."""
    try:
        return queries.feed_status(name)
    except LookupError:
        raise Http404 from None


def feed_context(status: FeedStatus) -> dict[str, Any]:
    """Common context of a feed's pages: breadcrumbs, status, age, failure."""
    feed, state = status.feed, status.state
    return {
        "name": status.name,
        "feed": feed,
        "status": status,
        "trail": [(_("Services"), reverse("services:catalogue")), *_services(feed)],
        "read": value_formats.format_moment(feed, status.measured_at),
        "failed": formats.moment(state.failed_since) if state.failed_since else "",
    }


def _services(feed: Feed) -> list[tuple[str, str]]:
    """Breadcrumb of the first service that shows the feed."""
    for name in feed.services:
        with suppress(Service.DoesNotExist):
            loaded = queries_of_services.active_service(name)
            if loaded.current_id and (known := snapshots_by_version([loaded.current_id])):
                return [(str(known[loaded.current_id].definition.name), reverse("services:service", args=[name]))]
    return []
