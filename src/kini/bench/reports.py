"""`./kini bench reports`: a city with many reports; filing, the search of near ones, list, map, Open311, queues.

A few reports are played by the ordinary actions of the demo. The others are their copies, made by SQL: each with its
own reference, place, area, time and reporter, its publication with one version, and the first entry of its timeline.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from itertools import cycle
from random import Random
from urllib.parse import urlencode

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from kini.bench import baselines, seed
from kini.bench.load_generator import NotMeasured
from kini.bench.report_copies import CopyGroup, copy_reports
from kini.bench.services import BROWSER, create_session, officer_cookies
from kini.bench.workloads import BodyStock, Goal, Measurement, Requests, Workload
from kini.cases.actions import index_cases
from kini.cases.queries import QUEUE_PAGE_SIZE
from kini.city.queries import locate
from kini.core import current_time
from kini.core.actors import system
from kini.core.database import database_roles
from kini.core.geometry import Point
from kini.demo.public import cases as demo_cases
from kini.demo.public import people as demo_people
from kini.reports import actions, queries
from kini.reports.models import Publication
from kini.reports.public import Open311Service, ReportPermission, offered_services, release_examples
from kini.services.models import Service

#: Played reports of each service; open copies among all, and days over which open and all copies were reported.
PLAYED = 12
OPEN_SHARE, OPEN_DAYS, DAYS = 0.05, 45, 730
#: Programs that file reports, reports that they can file, drafts whose near reports are asked for.
CLIENTS, FILED, DRAFTS = 100, 40_000, 60
#: Steady requests per second, below saturation.
RATE = 20
#: Few connections: most of these pages are larger than those of other benchmarks.
CONNECTIONS = 8
#: Most degrees by which a filed report is away from an earlier one.
JITTER = 1e-3
REPORT = "report"


@dataclass(frozen=True, slots=True)
class ReportCity:
    """Data of the benchmark: keys of Open311 clients, drafts with their sessions, points, references."""

    keys: list[str]
    drafts: list[tuple[str, str]]
    points: list[tuple[str, Point]]
    references: list[str]


def workloads(reports: int) -> list[Workload]:
    """Workloads of this benchmark for a city with that many reports.

    Raises:
        NotMeasured: the pack has no suitable service.
    """
    rows = baselines.create_rows(10_000)
    bench = prepare(reports)
    filed = list(_bodies(bench))
    public, services = reverse("reports:public"), sorted({service for service, _point in bench.points})
    filtered = [
        f"{public}?{urlencode({'service': each, 'state': state})}" for each in services for state in ("", "open")
    ]
    by_id = [reverse("reports:open311-requests", args=["json"])]
    form = ("Content-Type", ("application/x-www-form-urlencoded",))
    moderators = officer_cookies(ReportPermission.MODERATE)
    checks, cookies = [path for path, _cookie in bench.drafts], [cookie for _path, cookie in bench.drafts]
    return [
        Workload("one indexed SELECT", "bare", Requests([f"/select/{row}" for row in rows]), expected_text="yardstick"),
        Workload("one INSERT", "bare", Requests(["/insert"], "POST", keyed=True, status=201)),
        Workload(
            "file a report (Open311)",
            "kini",
            Requests(by_id, "POST", filed, [form], stock=BodyStock()),
            Goal(ratio=0.25),
            "one INSERT",
            "service_request_id",
        ),
        Workload("near reports, the query", "", partial(_search_near, bench.points), Goal(p99_ms=80)),
        Workload(
            f"check page with near reports, {RATE}/s",
            "kini",
            Requests(checks, headers=[*BROWSER, ("Cookie", cookies)], rate=RATE),
            Goal(p99_ms=200),
            expected_text="</html>",
        ),
        _page("public list and map", [public], Goal(per_second=100)),
        _page("list and map, filtered", filtered, Goal(per_second=100)),
        _page("one public report", [reverse("reports:public-report", args=[each]) for each in bench.references]),
        Workload("newest requests (Open311)", "kini", Requests(by_id), expected_text="service_request_id"),
        Workload(
            f"officer's queue, {QUEUE_PAGE_SIZE} rows",
            "kini",
            Requests([reverse("cases:desk")], headers=[*BROWSER, ("Cookie", officer_cookies())]),
            Goal(per_second=150),
            expected_text="</html>",
        ),
        Workload(
            "reports to check",
            "kini",
            Requests(
                [reverse("reports:desk-waiting")],
                headers=[*BROWSER, ("Cookie", moderators)],
            ),
            Goal(per_second=100),
            expected_text="</html>",
        ),
    ]


def _page(name: str, paths: Sequence[str], goal: Goal = Goal()) -> Workload:  # noqa: B008 -- frozen
    return Workload(name, "kini", Requests(paths, headers=BROWSER), goal, expected_text="</html>")


def _search_near(points: Sequence[tuple[str, Point]], _address: str, seconds: float) -> Measurement:
    """Time of each search in this process, one after the other."""
    waited, started, every = [], time.monotonic(), cycle(points)
    while time.monotonic() - started < seconds:
        service, point = next(every)
        begun = time.monotonic()
        queries.near_reports(service, point, metres=100, closed=timedelta(days=14))
        waited.append(time.monotonic() - begun)
    return Measurement.of(waited, time.monotonic() - started, errors=0)


def prepare(reports: int) -> ReportCity:
    """Fill an empty city with so many reports, as the tables' owner, and analyse the tables.

    Raises:
        NotMeasured: the pack has no service of reports that programs can file.
    """
    if not offered_services():
        raise NotMeasured("the pack has no report that can be filed by Open311.")
    with database_roles.as_owner():
        people = _play()
        accounts, _helped = seed.seed_people(max(60, min(reports // 5, 100_000)))
        _copy(reports - Publication.objects.count(), accounts)
    rng = Random(1)  # noqa: S311 -- no secret: the same every time
    taken = Publication.objects.filter(state=Publication.RELEASED).order_by("-pk")
    some = list(taken.values_list("service_id", "latitude", "longitude", "case__reference")[:2000])
    rng.shuffle(some)
    clients = [actions.add_open311_client(by=system("bench"), name=f"Bench {n}") for n in range(CLIENTS)]
    return ReportCity(
        [key for _client, key in clients],
        list(_drafts(people)),
        [(service, (latitude, longitude)) for service, latitude, longitude, _reference in some],
        [reference for *_place, reference in some],
    )


def _play() -> demo_people.DemoPeople:
    """Play reports of each service through the ordinary actions; officers release the public ones."""
    services = _services()
    rng, now = Random(2), current_time.now()  # noqa: S311 -- made-up data
    with transaction.atomic():
        people = demo_people.create_people()
        for number, service in enumerate(services * PLAYED):
            moment = now - timedelta(hours=rng.uniform(1, 24 * 40))
            turn = number + number // len(services)  # so that each service gets each of the example answers
            demo_cases.play_application(people, service, rng, turn, moment, now)
    release_examples()
    while index_cases(by=system("bench")):
        pass
    return people


def _services() -> list[Service]:
    return [each for each in demo_cases.offered_services() if each.kind == REPORT and each.pk in offered_services()]


def _drafts(people: demo_people.DemoPeople) -> Iterator[tuple[str, str]]:
    """(address of the check page, cookie of the session) of drafts that are ready to be sent."""
    services = _services()
    everybody = [(by, resident, resident.user) for by, resident in people.residents if resident.user]
    for number in range(DRAFTS):
        by, resident, user = everybody[number % len(everybody)]
        draft = demo_cases.start_application(by, resident, services[number % len(services)], "web", 5000 + number)
        session = create_session(user, officer=False)
        yield reverse("cases:check", args=[draft.pk]), f"{settings.SESSION_COOKIE_NAME}={session}"


def _bodies(bench: ReportCity) -> Iterator[str]:
    """Forms of different reports, by all clients in turn."""
    offered, rng = offered_services(), Random(3)  # noqa: S311 -- made-up data
    places = cycle(bench.points)
    keys = cycle(bench.keys)
    for number in range(FILED):
        service, (latitude, longitude) = next(places)
        latitude, longitude = latitude + rng.uniform(-1, 1) * JITTER, longitude + rng.uniform(-1, 1) * JITTER
        if locate(latitude, longitude) is None:
            continue
        chosen = {f"attribute[{code}]": value for code, value in _attributes(offered[service]).items()}
        yield urlencode(
            {
                "api_key": next(keys),
                "service_code": service,
                "lat": f"{latitude:.6f}",
                "long": f"{longitude:.6f}",
                "description": f"A hole in the road, number {number}.",
                **chosen,
            }
        )


def _attributes(service: Open311Service) -> dict[str, str]:
    """Values of what must be said, also of questions that follow from another answer."""
    chosen: dict[str, str] = {}
    for each in service.definition()["attributes"]:
        field = service.snapshot.fields[each["code"]]
        follows = field.when is not None and field.when.is_met(chosen)
        if each["required"] or (follows and not field.optional):
            chosen[each["code"]] = each["values"][0]["key"] if each.get("values") else str(field.example(1)[""])
    return chosen


def _copy(missing: int, accounts: range) -> None:
    released = Publication.objects.filter(state=Publication.RELEASED, case__merged_into=None)
    still_open = list(released.filter(case__closed_at=None).values_list("pk", flat=True))
    closed = list(released.filter(case__outcome="solved").values_list("pk", flat=True))
    if not still_open or not closed:
        raise NotMeasured("no report was played to its end, or none is open.")
    count = round(missing * OPEN_SHARE)
    groups = CopyGroup(still_open, count, OPEN_DAYS), CopyGroup(closed, missing - count, DAYS)
    copy_reports(groups, accounts)
