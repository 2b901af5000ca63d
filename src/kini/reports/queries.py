"""Reads of what is public, of what waits for a check, of what a follower sees, and of answers and audits."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import cos, radians
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import F, FloatField, Func, Q, QuerySet
from django.db.models.sql.compiler import SQLCompiler
from django.urls import reverse

from kini.cases.models import Attachment, Case, TimelineEntry
from kini.cases.rules import public_word
from kini.city.models import Area
from kini.city.public import map_width
from kini.core import current_time
from kini.core.actors import Actor
from kini.core.crypto import candidate_hashes
from kini.core.database.compiled_queries import CompiledQuery
from kini.core.database.fast_models import hydrate
from kini.core.files import IMAGES
from kini.core.geometry import Point, distance_m
from kini.core.references import parse_code
from kini.people.public import permission_filters
from kini.reports.models import Audit, ClosingAnswer, FiledRequest, Follower, Open311Client, Publication
from kini.reports.permissions import ReportPermission
from kini.reports.rules import cells_around, degrees_around
from kini.services import queries as services
from kini.services.models import Service
from kini.services.public import snapshot_of

#: Kind of the cases of this room.
REPORT = "report"
CODE_PURPOSE, API_KEY_PURPOSE = "reports.claim-code", "reports.open311-key"
#: Reports that are offered before sending, and shown on a page of the public list.
OFFERED, ON_PAGE = 3, 20
#: The public map shows what was reported so lately, the newest reports at most, one dot for each square of a grid.
ON_MAP = timedelta(days=90)
MOST_ON_MAP = 5_000
SQUARES_ACROSS = 30
_SQUARES = """
    SELECT avg(latitude), avg(longitude) FROM ({newest}) AS newest
    GROUP BY floor(latitude * %s), floor(longitude * %s)
"""
_RELATED = ("case__area", "case__merged_into", "current")
#: Columns of lists.
_LISTED = (
    *("service", "opened_at", "latitude", "longitude", "current__text", "current__at"),
    *("case__reference", "case__public", "case__outcome", "case__state_since"),
    *("case__area__name", "case__merged_into__public"),
)
_DEFERRED = ("case__answers", "case__sealed", "case__search")


@dataclass(frozen=True, slots=True)
class NearReport:
    """A public report near a place."""

    publication: Publication
    metres: float


def released() -> QuerySet[Publication]:
    """Reports that the public sees. Every public page, map and file reads from here."""
    return Publication.objects.filter(state=Publication.RELEASED)


def report_names() -> dict[str, str]:
    """Names of all services of reports by code, also of those that are no longer offered."""
    cards = services.sort_by_name(services.cards_of(Service.objects.filter(kind=REPORT).defer("search", "search_text")))
    return {card.id: str(card.name) for card in cards}


def titled[M: (Publication, Audit)](rows: QuerySet[M], count: int) -> list[tuple[M, str]]:
    """The first rows with the name of the report and of its area, for lists of officers."""
    names = report_names()
    listed = []
    for row in rows.select_related("case__area")[:count]:
        parts = [names.get(row.case.service_id, ""), row.case.area.name if row.case.area else ""]
        listed.append((row, ", ".join(each for each in parts if each)))
    return listed


def location_names(keys: Iterable[str]) -> dict[str, str]:
    """Names of the questions for the place, by code of the service."""
    names = {}
    for service in Service.objects.filter(pk__in=keys, current__isnull=False).select_related("current"):
        assert service.current
        fields = snapshot_of(service.current).fields.items()
        if found := next((name for name, field in fields if field.type == "location"), ""):
            names[service.pk] = found
    return names


class _SquaredDegrees(Func):
    """Order of distance from a point on a flat earth. Written as one expression: Django combines five slowly."""

    output_field = FloatField()

    def __init__(self, point: Point, **extra: Any) -> None:
        super().__init__(F("latitude"), F("longitude"), **extra)
        self.values = (*point, cos(radians(point[0])) ** 2)

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, *_args: Any, **_context: Any) -> Any:
        """SQL with the three values of the point."""
        north, east = (compiler.compile(each)[0] for each in self.get_source_expressions())
        return f"power({north} - %s, 2) + power({east} - %s, 2) * %s", self.values


def near_reports(service: str, point: Point, *, metres: float, closed: timedelta) -> list[NearReport]:
    """Return public reports of a service near a point, open or closed lately, nearest first. One query.

    Reports that were joined to another one are left out: the other one stands for them.
    """
    latitude, longitude = point
    north, east = degrees_around(latitude, metres)
    near = released().filter(
        service=service,
        cell__in=cells_around(latitude, longitude, metres),
        latitude__range=(latitude - north, latitude + north),
        longitude__range=(longitude - east, longitude + east),
        case__merged_into=None,
    )
    near = near.filter(
        Q(case__closed_at=None) | Q(case__closed_at__gt=current_time.now() - closed, case__outcome="solved")
    )
    rows = near.select_related("case", "current").defer(*_DEFERRED).order_by(_SquaredDegrees(point))
    found = [NearReport(each, distance_m(point, (each.latitude, each.longitude))) for each in rows[:OFFERED]]
    return [each for each in found if each.metres <= metres]


def in_area(area: Area) -> Q:
    """Condition of public reports in an area or inside of it; none for the whole city."""
    if area.depth == 0:
        return Q()
    return Q(area_path=area.path) | Q(area_path__startswith=f"{area.path}/")


def public_reports(
    *,
    service: str = "",
    state: str = "",
    area: Area | None = None,
    since: datetime | None = None,
    before: datetime | None = None,
) -> QuerySet[Publication]:
    """Return public reports, the newest first.

    Args:
        state: "open", "solved" or empty.
        since, before: when they were reported; `before` also for the next page.
    """
    reports = released().select_related(*_RELATED).only(*_LISTED).order_by("-opened_at", "case")
    if service:
        reports = reports.filter(service=service)
    if state == "open":
        reports = reports.filter(outcome="")
    elif state == "solved":
        reports = reports.filter(outcome="solved")
    if area:
        reports = reports.filter(in_area(area))
    if since:
        reports = reports.filter(opened_at__gte=since)
    return reports.filter(opened_at__lt=before) if before else reports


def map_dots(reports: QuerySet[Publication], *, since: datetime | None = None, area: Area | None = None) -> list[Point]:
    """Return the middle of the public reports of each square of the map: the database makes the clusters.

    Args:
        since: beginning of the reports, where they have one; else those of the last months are drawn.
        area: of the reports, for the width of the squares; None: the whole city.
    """
    width = map_width(area.code if area else "")
    if not width:
        return []
    lately = reports if since else reports.filter(opened_at__gt=current_time.now() - ON_MAP)
    lately = lately.order_by("-opened_at").select_related(None).defer(None)
    newest = lately.values("latitude", "longitude")[:MOST_ON_MAP]  # no more are read, however many there are
    sql, parameters = newest.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(_SQUARES.format(newest=sql), [*parameters, *[SQUARES_ACROSS / width] * 2])
        return list(cursor.fetchall())


def public_report(reference: str) -> Publication:
    """Return a public report.

    Raises:
        Publication.DoesNotExist: there is none, or it is not public.
    """
    related = (*_RELATED, "case__version", "current__before", "current__after")
    deferred = (*_DEFERRED, "case__version__content")
    return released().select_related(*related).defer(*deferred).get(case__reference=reference)


def public_steps(case: Case) -> list[tuple[datetime, str]]:
    """Steps of a report, or of the one it was joined to, as (time, public word), the newest first."""
    root = case.merged_into or case
    flow = snapshot_of(root.version).flow
    steps = TimelineEntry.objects.filter(case=root, public=True).exclude(to_state="").order_by("-number")
    return [(entry.at, str(public_word(flow.states[entry.to_state].public))) for entry in steps]


def same_problem(case: Case) -> int:
    """Number of others who have the same problem: followers and reporters of joined reports."""
    root = case.merged_into or case
    joined = Case.objects.filter(merged_into=root)
    return joined.count() + Follower.objects.filter(Q(case=root) | Q(case__in=joined)).count()


def follower_by_code(code: str) -> Follower | None:
    """Return the follower with that claim code."""
    parsed = parse_code(code)
    if parsed is None:
        return None
    related = Follower.objects.select_related("case__version", "case__merged_into__version", "case__service__current")
    return related.filter(code_hash__in=candidate_hashes(parsed, CODE_PURPOSE)).first()


def publications_at_desk(actor: Actor) -> QuerySet[Publication]:
    """Reports that the officer may check."""
    columns = permission_filters.ScopeColumns("case__agency_id", "case__area_path", "case__service_id")
    visible = permission_filters.visible_cases_q(actor, ReportPermission.MODERATE, columns)
    rows = Publication.objects.filter(visible, case__anonymised_at=None)
    return rows.select_related("case", "current").defer(*_DEFERRED)


def reports_to_check(actor: Actor) -> QuerySet[Publication]:
    """Reports that wait for a check by the officer."""
    return publications_at_desk(actor).filter(state=Publication.WAITING)


def photos_of(case: Case) -> Sequence[Attachment]:
    """Photos of the report and of the work, the oldest first."""
    photos = Attachment.objects.filter(case=case, content_type__in=IMAGES, removed_at=None).exclude(sha256="")
    return list(photos.order_by("uploaded_at", "pk"))


def photo_address(reference: str, which: str) -> str:
    """Address of the public photo "before" or "after" of a report, for other programs."""
    return f"{settings.ENV.address}{reverse('reports:public-photo', args=[reference, which])}"


def is_of_work(photo: Attachment) -> bool:
    """Return True if the photo came with an officer's step."""
    return photo.slot.startswith("step:")


def awaits_answer(case: Case) -> bool:
    """Return True if the report is said to be solved and its reporter has not answered yet."""
    if case.closed_at is None or case.outcome != "solved":
        return False
    return not ClosingAnswer.objects.filter(case=case, closed_at=case.closed_at).exists()


def was_disputed(case: Case) -> bool:
    """Return True if the reporter said "not solved" before."""
    return ClosingAnswer.objects.filter(case=case, answer=ClosingAnswer.NOT_SOLVED).exists()


def audit_of(case: Case) -> Audit | None:
    """Return the audit of the present closing."""
    return Audit.objects.filter(case=case, closed_at=case.closed_at).first() if case.closed_at else None


def photos_of_closing(case: Case) -> Sequence[Attachment]:
    """Photos that officers gave with their steps, the newest first."""
    return [photo for photo in reversed(photos_of(case)) if is_of_work(photo)]


def audits_at_desk(actor: Actor) -> QuerySet[Audit]:
    """Audits that the officer may do."""
    columns = permission_filters.ScopeColumns("case__agency_id", "case__area_path", "case__service_id")
    visible = permission_filters.visible_cases_q(actor, ReportPermission.AUDIT, columns)
    return Audit.objects.filter(visible, case__anonymised_at=None).select_related("case")


def pending_audits(actor: Actor) -> QuerySet[Audit]:
    """Audits that the officer may do and that nobody has done."""
    return audits_at_desk(actor).filter(result=Audit.PENDING)


def open311_client(key: str) -> Open311Client | None:
    """Return the client with that key, unless it was revoked."""
    rows = (row for each in candidate_hashes(key, API_KEY_PURPOSE) for row in _client_of_hash(key_hash=each))
    return next((hydrate(Open311Client, ("id", "name"), row) for row in rows), None)


def _client_query(key_hash: bytes) -> QuerySet[Open311Client, tuple[int, str]]:
    return Open311Client.objects.filter(key_hash=key_hash, revoked_at=None).values_list("id", "name")


def _key_query(client: int, key: str) -> QuerySet[FiledRequest, tuple[int, Any]]:
    rows = FiledRequest.objects.filter(client=client, idempotency_key=key).exclude(idempotency_key="")
    return rows.values_list("case", "digest")


def _content_query(client: int, digest: bytes) -> QuerySet[FiledRequest, tuple[int, Any]]:
    return FiledRequest.objects.filter(client=client, digest=digest).values_list("case", "digest")


_client_of_hash = CompiledQuery(_client_query)
#: (case, digest) of what a client filed with a key, and of what it filed with the same content after a time.
filed_with_key = CompiledQuery(_key_query)
filed_with_content = CompiledQuery(_content_query, "AND created_at > %s LIMIT 1")
