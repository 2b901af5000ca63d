"""What feeds put on the start page of a service: how things stand, and the way to the whole."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString

from kini.core import moments
from kini.feeds import declared, queries, wording
from kini.feeds.queries import Status
from kini.feeds.schema import Step
from kini.services.kinds import kinds
from kini.services.models import Service, ServiceVersion
from kini.services.versions import resolve


@dataclass(frozen=True, slots=True)
class Glance:
    """A feed in one line: how much there is, the gravest fresh level, and its age."""

    status: Status
    url: str
    worst: Step | None
    when: str


def panel(request: HttpRequest, service: Service) -> SafeString | None:
    """The feeds that the service shows; None when there is none."""
    names = declared.of_service(service.pk)
    check = service.kind == declared.KIND and service.current and _has_check(service.current)
    if not names and not check:
        return None
    glances = [glance(queries.status(name)) for name in names]
    made_up = any(each.status.state.made_up for each in glances)
    context = {"glances": glances, "made_up": made_up, "own": service.kind == declared.KIND}
    context["check"] = reverse("feeds:self-check", args=[service.pk]) if check else ""
    return render_to_string("feeds/panel.html", context, request)


def _has_check(version: ServiceVersion) -> bool:
    definition = resolve(version).definition
    return kinds.get(declared.KIND).options(definition).check is not None


def glance(status: Status) -> Glance:
    """A feed in one line."""
    url = reverse("feeds:feed", args=[status.name])
    return Glance(status, url, _worst(status), wording.when(status.feed, status.measured_at))


def _worst(status: Status) -> Step | None:
    """The gravest step that a fresh row stands on, where the feed's order is by level."""
    feed = status.feed
    if feed.levels is None or feed.show is None or feed.show.order != "level":
        return None
    now, steps = moments.now(), list(feed.levels.steps)
    found = [queries.figure(feed, status.state, each, now) for each in queries.records(status.name)]
    reached = [steps.index(each.level_id) for each in found if each.level_id and not each.old]
    return feed.levels.steps[steps[max(reached)]] if reached else None
