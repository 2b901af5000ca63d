"""What pages and jobs ask about the health of access points."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection
from django.db.models import QuerySet

from kini.core import moments
from kini.core.held import held
from kini.wifi import declared
from kini.wifi.health.rules import State, together
from kini.wifi.models import AccessPoint, Health, Outage
from kini.wifi.schema import HealthEntry

#: A check that looks back over what earlier ones missed looks no further.
FURTHEST = timedelta(days=2)
#: For so many seconds a process holds what it knows of sites.
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
class Heard:
    """What accounting says of an access point lately: its last sign, sessions that go on, when it last began anew."""

    at: datetime
    online: int
    began: datetime | None


@dataclass(frozen=True, slots=True)
class Standing:
    """How a site is, and when it was last heard of; None: never."""

    state: State
    heard: datetime | None

    @property
    def told(self) -> bool:
        """Whether there is something to say about it."""
        return self.state in (State.UP, State.BUSY, State.DOWN)


NOTHING = Standing(State.UNKNOWN, None)


def rule(on: date) -> HealthEntry:
    """What holds on a day."""
    network = declared.network()
    found = [entry for entry in network.health if entry.since <= on] if network else []
    return found[-1] if found else HealthEntry(since=on)


def heard(now: datetime) -> dict[int, Heard]:
    """What accounting says, since the last check, by access point."""
    newest = Health.objects.order_by("-checked_at").values_list("checked_at", flat=True).first()
    # Packets may come a little late, and sessions that go on are heard of every five minutes.
    since = max(now - FURTHEST, (newest or now - FURTHEST) - timedelta(hours=1))
    with connection.cursor() as cursor:
        cursor.execute(_SIGNS, {"now": now, "since": since})
        return {point: Heard(at, online, began) for point, at, online, began in cursor.fetchall() if point is not None}


def standing(site: int) -> Standing:
    """How a site is, by the last check."""
    return standings().get(site, NOTHING)


def standings() -> Mapping[int, Standing]:
    """How every site is of which something was ever heard, as a process holds it for a moment."""
    return _standings(int(moments.now().timestamp()) // HOLDS)


@held(maxsize=1)
def _standings(_slot: int) -> dict[int, Standing]:
    found: dict[int, list[tuple[State, datetime | None]]] = {}
    rows = Health.objects.filter(access_point__active=True).values_list("access_point__site", "state", "heard_at")
    for site, state, at in rows:
        found.setdefault(site, []).append((State(state), at))
    return {site: _of(points) for site, points in found.items()}


def _of(points: Iterable[tuple[State, datetime | None]]) -> Standing:
    states, moments_heard = zip(*points, strict=True)
    return Standing(together(states), max((at for at in moments_heard if at), default=None))


def down_now() -> QuerySet[Outage]:
    """The outages that go on, the longest first."""
    return Outage.objects.filter(ended_at=None).select_related("access_point__site__area").order_by("began_at", "pk")


def watched() -> QuerySet[AccessPoint]:
    """The access points that are in use, with their sites."""
    return AccessPoint.objects.filter(active=True, site__active=True).select_related("site")
