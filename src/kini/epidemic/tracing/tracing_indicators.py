"""WHO's indicators of contact tracing (SORMAS 1648), of a disease in an area."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import F, Min, Q, QuerySet, Sum

from kini.city.models import Area
from kini.core import current_time
from kini.epidemic.case_records.queries import standing
from kini.epidemic.diseases.disease_files import disease_of
from kini.epidemic.tracing.models import Contact, ContactExposure, ContactStatus, DailyCheck, FollowUp, TracingCount
from kini.people.public import permission_filters
from kini.web.formats import city_time

#: Classifications of cases whose contacts are traced.
TRACED = ("confirmed", "probable")


@dataclass(frozen=True, slots=True)
class Share:
    """Part of a whole; `percent` is None where there is no whole."""

    part: int
    whole: int

    @property
    def percent(self) -> float | None:
        return 100 * self.part / self.whole if self.whole else None


@dataclass(frozen=True, slots=True)
class TracingIndicators:
    """Indicators of a day and of a period that ends on it.

    Attributes:
        seen: contacts who were reached on the day, of those under follow-up on it.
        completed: follow-ups of the period that were completed, of those that ended without becoming a case.
        lost: of the same follow-ups, those that were lost.
        in_time: cases recorded in the period whose first contact was recorded within the hours of the rule.
        known: cases recorded in the period that were contacts under follow-up before.
        contacts_per_case: contacts of the cases recorded in the period, per case.
    """

    day: date
    since: date
    seen: Share
    completed: Share
    lost: Share
    in_time: Share
    known: Share
    contacts_per_case: float | None


def tracing_indicators(disease: str, area: Area, day: date, days: int = 7) -> TracingIndicators:
    """Compute the indicators of an area and its subareas.

    Args:
        days: length of the period.
    """
    since = day - timedelta(days=days - 1)
    inside = permission_filters.in_area_q(area.path)
    contacts = Contact.objects.filter(inside, disease=disease)
    cases = list(
        standing()
        .filter(inside, disease=disease, classification__in=TRACED)
        .filter(created_at__gte=_midnight(since), created_at__lt=_midnight(day + timedelta(days=1)))
        .values_list("pk", "created_at")
    )
    completed, lost, ended = _ended(contacts, disease, area, since, day)
    exposures = ContactExposure.objects.filter(case__in=[pk for pk, _at in cases])
    return TracingIndicators(
        day=day,
        since=since,
        seen=_seen(contacts, day),
        completed=Share(completed, ended),
        lost=Share(lost, ended),
        in_time=_in_time(exposures, cases, disease, day),
        known=_known(cases),
        contacts_per_case=exposures.count() / len(cases) if cases else None,
    )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, datetime.min.time(), city_time(current_time.now()).tzinfo)


def _seen(contacts: QuerySet[Contact], day: date) -> Share:
    end = _midnight(day + timedelta(days=1))
    under = contacts.exclude(follow_up=FollowUp.NONE).filter(
        Q(ended_at=None) | Q(ended_at__gte=end), created_at__lt=end, follow_up_until__gte=day
    )
    reached = DailyCheck.objects.filter(contact__in=under, day=day, reached=True)
    return Share(reached.values("contact").distinct().count(), under.count())


def _ended(contacts: QuerySet[Contact], disease: str, area: Area, since: date, day: date) -> tuple[int, int, int]:
    """Return the follow-ups that were completed, lost, and all that ended; also of contacts removed since."""
    ended = contacts.filter(
        status=ContactStatus.ACTIVE,
        follow_up__in=(FollowUp.COMPLETED, FollowUp.LOST, FollowUp.CANCELLED),
        ended_at__gte=_midnight(since),
        ended_at__lt=_midnight(day + timedelta(days=1)),
    )
    counts = {name: ended.filter(follow_up=name).count() for name in ("completed", "lost", "cancelled")}
    removed = TracingCount.objects.filter(
        permission_filters.in_area_q(area.path, "area__path"), disease=disease, day__range=(since, day)
    )
    for measure, count in removed.values_list("measure").annotate(total=Sum("count")):
        if measure in counts:
            counts[measure] += count
    return counts["completed"], counts["lost"], sum(counts.values())


def _in_time(exposures: QuerySet[ContactExposure], cases: list[tuple[int, datetime]], disease: str, day: date) -> Share:
    tracing = disease_of(disease).tracing
    rules = [rule for rule in tracing.rules if rule.since <= day] if tracing else []
    hours = max(rules, key=lambda rule: rule.since).trace_within_hours if rules else 24
    first = dict(exposures.order_by().values_list("case").annotate(first=Min("created_at")))
    limit = timedelta(hours=hours)
    return Share(sum(1 for pk, at in cases if pk in first and first[pk] - at <= limit), len(cases))


def _known(cases: list[tuple[int, datetime]]) -> Share:
    known = Contact.objects.filter(
        became_case__in=[pk for pk, _at in cases], created_at__lt=F("became_case__created_at")
    )
    return Share(known.values("became_case").distinct().count(), len(cases))
