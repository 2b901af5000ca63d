"""`./kini bench checkin`: entry passes, their check, counters of gates, and packages, as at 8 million check-ins a day.

A check-in itself stays on the phone. What reaches the city are passes (one session each), counts (one upsert each) and
reads of packages.
"""

import json
import uuid
from collections.abc import Sequence
from datetime import timedelta

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from kini.bench import baselines, seed, services
from kini.bench.workloads import Goal, Requests, Workload
from kini.city import queries as city_queries
from kini.core.crypto import keyed_hash
from kini.epidemic.models import Venue, VenueCount, WarningPackage
from kini.epidemic.public import checkin_queries, entry_passes, venue_counts
from kini.people.models import Resident, User

CONNECTIONS = 32
VENUES = 2_000
DEVICES = 2
#: Records of an hourly package of a large wave: 75,000 true ones a day with their decoys.
RECORDS = 4_000
#: Check-ins a second at the peak of a day with 8 million of them; goals at this rate, and as fast as possible.
RATE = 400
PEAK, FULL = Goal(p99_ms=80), Goal(per_second=RATE, p99_ms=80)
JSON_POST = (("Content-Type", ("application/json",)), ("Sec-Fetch-Site", ("same-origin",)))


def workloads(people: int) -> list[Workload]:
    """Workloads of this benchmark for a number of people with accounts."""
    rows = baselines.create_rows(10_000)
    accounts, _helped = seed.seed_people(people * 3)
    users = User.objects.filter(resident__in=Resident.objects.filter(pk__in=accounts))[:people]
    cookies = [f"{settings.SESSION_COOKIE_NAME}={services.create_session(user, officer=False)}" for user in users]
    passes = [json.dumps({"pass": entry_passes.issue_pass(may_enter=True, proved=True)}) for _number in range(1_000)]
    return [
        Workload("one indexed SELECT", "bare", Requests([f"/select/{row}" for row in rows]), expected_text="yardstick"),
        Workload("one INSERT", "bare", Requests(["/insert"], "POST", keyed=True, status=201)),
        *_posts("entry passes", "new-pass", ["{}"], "one indexed SELECT", "mayEnter", cookies),
        *_posts("passes checked by the city", "check-pass", passes, "one indexed SELECT", "mayEnter"),
        *_posts("counts at gates", "count", _counts(), "one INSERT", "inside"),
        Workload("packages of an hour", "kini", Requests(_packages()), Goal(per_second=RATE)),
        Workload("index of packages", "kini", Requests([reverse("epidemic:packages")]), Goal(per_second=RATE)),
    ]


def _posts(
    name: str, to: str, bodies: Sequence[str], baseline: str, expected: str, cookies: Sequence[str] = ()
) -> list[Workload]:
    """Return two workloads: at the rate of the peak, and as fast as possible."""
    headers = (*JSON_POST, ("Cookie", cookies)) if cookies else JSON_POST
    address = reverse(f"epidemic:{to}")
    return [
        Workload(each, "kini", Requests([address], "POST", bodies, headers, rate=rate), goal, baseline, expected)
        for each, rate, goal in ((f"{name}, {RATE}/s", RATE, PEAK), (name, 0, FULL))
    ]


def _counts() -> list[str]:
    """Open venues, and return totals of their devices as gates send them, growing."""
    areas = [area for _parent, some in city_queries.lowest_level_areas() for area in some]
    owner, day = User.objects.order_by("pk")[0], venue_counts.counting_day().isoformat()
    codes = [f"bench-{number}" for number in range(VENUES)]
    Venue.objects.bulk_create(
        Venue(
            reference=f"VN-{number:08}",
            owner=owner,
            name=f"Bench {number}",
            kind="mall",
            area=areas[number % len(areas)],
            capacity=5_000,
            stay_minutes=60,
            gate_hash=keyed_hash(code, venue_counts.GATE_PURPOSE),
        )
        for number, code in enumerate(codes)
    )
    devices = [[str(uuid.uuid4()) for _device in range(DEVICES)] for _code in codes]
    return [
        json.dumps({"gate": code, "device": device, "day": day, "entered": entered, "gone": entered // 2})
        for entered in range(1, 6)
        for code, own in zip(codes, devices, strict=True)
        for device in own
    ]


def _packages() -> list[str]:
    """Publish the packages of two weeks, and return their addresses."""
    disease = next(iter(checkin_queries.diseases_with_venues()))
    now = timezone.now().replace(minute=0, second=0, microsecond=0)
    hours = [now - timedelta(hours=number) for number in range(14 * 24)]
    content = bytes(10 * RECORDS)
    WarningPackage.objects.bulk_create(
        WarningPackage(disease=disease, published_at=at, content=content) for at in hours
    )
    return [reverse("epidemic:hour-package", args=[disease, checkin_queries.hour_number(at)]) for at in hours]


def find_inconsistencies() -> list[str]:
    """Devices whose stored totals are not the largest that they sent."""
    wrong = VenueCount.objects.exclude(entered__in=range(1, 6)).count()
    return [f"{wrong} devices have a total that nobody sent"] if wrong else []
