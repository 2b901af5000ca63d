"""Check all access points: states, outages that begin and end; compute a month's availability from its outages."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from kini.city.public import pack
from kini.wifi import rules as storage
from kini.wifi.health import queries, rules
from kini.wifi.health.models import Availability, Health, Outage
from kini.wifi.health.rules import PointPlace, Signals, State
from kini.wifi.inventory import queries as wifi
from kini.wifi.inventory.models import AccessPoint


@dataclass(slots=True)
class HealthCheck:
    """Results of a check: rows to store, outages that began, and outages that ended."""

    states: list[Health] = field(default_factory=list)
    begun: list[Outage] = field(default_factory=list)
    ended: list[Outage] = field(default_factory=list)


def check_access_points(now: datetime) -> HealthCheck:
    """Compute the state of every access point in use, by the rule of the day."""
    zone, check = pack.current().timezone, HealthCheck()
    rule = queries.health_rule(now.astimezone(zone).date())
    points, known = (
        list(queries.monitored_access_points()),
        {each.access_point_id: each for each in Health.objects.all()},
    )
    contacts, open_now = queries.recent_contacts(now), {each.access_point_id: each for each in queries.open_outages()}
    for point in points:
        before = known.get(point.pk) or Health(access_point=point, state=State.UNKNOWN, since=now)
        contact = contacts.get(point.pk)
        times = before.heard_at, before.beat_at, contact.at if contact else None
        last = max((at for at in times if at is not None), default=None)
        signs = Signals(last, before.beat_at, contact.online if contact else 0, point.capacity)
        state = rules.health_state(signs, rule, wifi.hours_of(point.site), zone, now)
        if state != before.state:
            before.state, before.since = state, now
        before.heard_at, before.online, before.checked_at = last, signs.online, now
        before.first_heard_at = before.first_heard_at or last
        check.states.append(before)
        outage = open_now.pop(point.pk, None)
        if state is State.DOWN and outage is None and last:
            check.begun.append(Outage(access_point=point, began_at=last, found_at=now))
        elif outage and state is not State.DOWN and last and last > outage.began_at:
            outage.ended_at = last
            if contact and contact.began and contact.began > outage.began_at and outage.cause != Outage.Cause.PROVIDER:
                outage.cause = Outage.Cause.POWER
            check.ended.append(outage)
    for pk, outage in open_now.items():  # of access points that are no longer in use
        outage.ended_at = known[pk].checked_at
        check.ended.append(outage)
    _name_causes(check, points)
    return check


def _name_causes(check: HealthCheck, points: Sequence[AccessPoint]) -> None:
    places = {each.pk: PointPlace(each.pk, each.site_id, each.site.provider, each.site.area_id) for each in points}
    down = [places[each.access_point_id] for each in check.states if each.state == State.DOWN]
    known = [places[each.access_point_id] for each in check.states if each.state != State.UNKNOWN]
    causes = rules.outage_causes(down, known) if check.begun else {}
    for outage in check.begun:
        outage.cause = causes[outage.access_point_id]


@dataclass(slots=True)
class _Sum:
    points: int = 0
    open_seconds: float = 0.0
    down_seconds: float = 0.0
    outages: int = 0


def compute_availability(month: date, now: datetime) -> list[Availability]:
    """Compute a month's availability by provider and area, of the time in which sites were open.

    An access point counts from its first sign of life, and until its last check once it is out of use. The result
    depends on stored outages alone, so it is reproducible; outages were found by the rule of their day.
    """
    zone = pack.current().timezone
    first = datetime(month.year, month.month, 1, tzinfo=zone)
    last = min(now, datetime.combine(storage.next_month(month), datetime.min.time(), zone))
    outages: dict[int, list[tuple[datetime, datetime]]] = defaultdict(list)
    for pk, begins, ends in (
        Outage.objects.filter(began_at__lt=last)
        .exclude(ended_at__lte=first)
        .values_list("access_point", "began_at", "ended_at")
    ):
        outages[pk].append((max(begins, first), min(ends or last, last)))
    sums: dict[tuple[str, str], _Sum] = defaultdict(_Sum)
    known = Health.objects.filter(first_heard_at__lt=last).select_related("access_point__site")
    for each in known:
        point, hours = each.access_point, wifi.hours_of(each.access_point.site)
        used = point.active and point.site.active
        until = last if used or each.checked_at is None else min(last, each.checked_at)
        if until <= first:
            continue
        total = sums[point.site.provider, point.site.area_id]
        total.points += 1
        total.outages += len(outages[point.pk])
        total.open_seconds += rules.open_seconds(hours, zone, max(first, each.first_heard_at or first), until)
        total.down_seconds += sum(
            rules.open_seconds(hours, zone, *span) for span in rules.merge_spans(outages[point.pk])
        )
    return [
        Availability(
            month=month,
            provider=provider,
            area_id=area,
            points=total.points,
            open_seconds=round(total.open_seconds),
            down_seconds=round(min(total.down_seconds, total.open_seconds)),
            outages=total.outages,
        )
        for (provider, area), total in sorted(sums.items())
    ]
