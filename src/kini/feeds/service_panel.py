"""Panel on the start page of a service: its feeds with current values and links."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString

from kini.core import current_time
from kini.feeds import feed_config, queries, value_formats
from kini.feeds.queries import FeedStatus
from kini.feeds.schema import Feed, Step
from kini.services.models import Service


@dataclass(frozen=True, slots=True)
class Glance:
    """One line about a feed; on the page of its own information service with current values.

    Attributes:
        worst: gravest level of a fresh row.
    """

    feed: Feed
    url: str
    status: FeedStatus | None = None
    worst: Step | None = None
    when: str = ""


def feeds_panel(request: HttpRequest, service: Service) -> SafeString | None:
    """Panel of the feeds that the service shows; None without any."""
    names = feed_config.feeds_of_service(service.pk)
    if not names:
        return None
    own = service.kind == feed_config.KIND
    glances = [build_glance(name, feed, own) for name, feed in names.items()]
    made_up = any(each.status.state.made_up for each in glances if each.status)
    context = {"glances": glances, "made_up": made_up, "own": own}
    return render_to_string("feeds/panel.html", context, request)


def build_glance(name: str, feed: Feed, own: bool) -> Glance:
    """One line about a feed; other services show only the link, without a query."""
    url = reverse("feeds:feed", args=[name])
    if not own:
        return Glance(feed, url)
    status = queries.feed_status(name)
    return Glance(feed, url, status, _worst(status), value_formats.format_moment(feed, status.measured_at))


def _worst(status: FeedStatus) -> Step | None:
    """Gravest level of a fresh row, if the feed is ordered by level."""
    feed = status.feed
    if feed.levels is None or feed.show is None or feed.show.order != "level":
        return None
    now, steps = current_time.now(), list(feed.levels.steps)
    figures = [queries.figure_of_record(feed, status.state, each, now) for each in queries.current_records(status.name)]
    reached = [steps.index(each.level_id) for each in figures if each.level_id and not each.old]
    return feed.levels.steps[steps[max(reached)]] if reached else None
