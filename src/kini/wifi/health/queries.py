"""Queries about the health of access points."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection
from django.db.models import Count, Q, QuerySet

from kini.core import current_time
from kini.core.actors import Actor
from kini.core.dated_rules import rule_in_force
from kini.core.process_cache import cached
from kini.wifi import config
from kini.wifi.health.models import FaultReport, Health, Outage
from kini.wifi.health.rules import State, combined_state
from kini.wifi.inventory.models import AccessPoint, Site
from kini.wifi.permissions import WifiPermission
from kini.wifi.schema import HealthEntry

WATCH = WifiPermission.WATCH_NETWORK

#: Limit to which a check looks back if earlier ones were missed.
FURTHEST = timedelta(days=2)
#: Seconds for which the states of sites are cached.
HOLDS = 20
_SIGNS = """
    SELECT wifi_point(heard.nas, heard.access_point), max(heard.at), sum(heard.online)::bigint, max(heard.began)
    FROM (
        SELECT nas, access_point, max(least(seen_at, %(now)s)) AS at, NULL::timestamptz AS began, count(*) FILTER (
            WHERE wifi_ended_at(nas, started_at, seen_at, stopped_at, wifi_silence(%(now)s), %(now)s) IS NULL
        ) AS online
        FROM wifi_session WHERE day >= (%(since)s AT TIME ZONE 'UTC')::date - 2 AND seen_at >= %(since)s
        GROUP BY nas, access_point
        UNION ALL
        SELECT nas, '', max(at), max(at), 0 FROM wifi_restart WHERE at BETWEEN %(since)s AND %(now)s GROUP BY nas
    ) AS heard GROUP BY 1
"""


@dataclass(frozen=True, slots=True)
class LastContact:
    """Recent accounting of an access point: last packet, open sessions, last restart."""

    at: datetime
    online: int
    began: datetime | None


@dataclass(frozen=True, slots=True)
class SiteHealth:
    """State of a site, and the time of its last sign of life; None: never."""

    state: State
    heard: datetime | None

    @property
    def is_known(self) -> bool:
        """True if the state is worth showing."""
        return self.state in (State.UP, State.BUSY, State.DOWN)


NEVER_HEARD = SiteHealth(State.UNKNOWN, None)


def health_rule(on: date) -> HealthEntry:
    """Return the health rule that is valid on a day."""
    network = config.network()
    return rule_in_force(network.health if network else [], on) or HealthEntry(since=on)


def recent_contacts(now: datetime) -> dict[int, LastContact]:
    """Return recent accounting since the last check, by access point."""
    newest = Health.objects.order_by("-checked_at").values_list("checked_at", flat=True).first()
    # Packets may be late, and access points report open sessions every five minutes.
    since = max(now - FURTHEST, (newest or now - FURTHEST) - timedelta(hours=1))
    with connection.cursor() as cursor:
        cursor.execute(_SIGNS, {"now": now, "since": since})
        return {
            point: LastContact(at, online, began) for point, at, online, began in cursor.fetchall() if point is not None
        }


def site_health(site: int) -> SiteHealth:
    """Return the state of a site at the last check."""
    return all_site_health().get(site, NEVER_HEARD)


def all_site_health() -> Mapping[int, SiteHealth]:
    """Return the states of all sites that were ever heard of; cached for HOLDS seconds."""
    return _cached_health(int(current_time.now().timestamp()) // HOLDS)


@cached(maxsize=1)
def _cached_health(_slot: int) -> dict[int, SiteHealth]:
    by_site: dict[int, list[tuple[State, datetime | None]]] = {}
    rows = Health.objects.filter(access_point__active=True).values_list("access_point__site", "state", "heard_at")
    for site, state, at in rows:
        by_site.setdefault(site, []).append((State(state), at))
    return {site: _of(points) for site, points in by_site.items()}


def _of(points: Iterable[tuple[State, datetime | None]]) -> SiteHealth:
    states, moments_heard = zip(*points, strict=True)
    return SiteHealth(combined_state(states), max((at for at in moments_heard if at), default=None))


def open_outages() -> QuerySet[Outage]:
    """The open outages, longest first."""
    return Outage.objects.filter(ended_at=None).select_related("access_point__site__area").order_by("began_at", "pk")


def monitored_access_points() -> QuerySet[AccessPoint]:
    """The access points in use, with their sites."""
    return AccessPoint.objects.filter(active=True, site__active=True).select_related("site")


@dataclass(frozen=True, slots=True)
class OpenFault:
    """Open fault of a site: time of the first report, and number of reports."""

    since: datetime
    reports: int


def open_fault(site: Site) -> OpenFault | None:
    """Return the open fault that people have reported."""
    open_now = Q(case__closed_at__isnull=True)
    first = FaultReport.objects.filter(open_now, site=site).select_related("case").order_by("case__opened_at").first()
    if first is None:
        return None
    joined = FaultReport.objects.filter(Q(case=first.case_id) | Q(case__merged_into=first.case_id), site=site)
    return OpenFault(first.case.opened_at, joined.aggregate(count=Count("pk"))["count"])


def monitored_by(actor: Actor, site: str) -> Q:
    """Filter for the sites that an officer monitors: of providers assigned to their agency, within their area.

    Args:
        site: path of lookups to the site, such as "access_point__site__".
    """
    network = config.network()
    named = dict(network.providers) if network else {}
    query = Q(pk__in=[])
    for grant in actor.grants:
        if WATCH in grant.permissions:
            theirs = [provider for provider, agency in named.items() if agency == grant.agency]
            one = Q(**{f"{site}provider__in": theirs})
            if network and network.agency == grant.agency:
                one |= ~Q(**{f"{site}provider__in": list(named)})
            if grant.area_path:
                path = f"{site}area__path"
                one &= Q(**{path: grant.area_path}) | Q(**{f"{path}__startswith": f"{grant.area_path}/"})
            query |= one
    return query
