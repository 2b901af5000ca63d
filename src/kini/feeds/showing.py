"""What every page of a feed says, whatever its rows are: where it stands, its source, and how old its figures are."""

from contextlib import suppress
from typing import Any

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from kini.feeds import queries, wording
from kini.feeds.queries import Status
from kini.feeds.schema import Feed
from kini.services import queries as queries_of_services
from kini.services.models import Service
from kini.services.versions import resolve_many
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
    for name in feed.services:
        with suppress(Service.DoesNotExist):
            found = queries_of_services.service(name)
            if found.current_id and (known := resolve_many([found.current_id])):
                return [(str(known[found.current_id].definition.name), reverse("services:service", args=[name]))]
    return []
