"""`./kini bench booking`: reading free slots and booking places through the API, over many venues and in one slot.

People, tokens and slots are bulk-loaded; each booking runs the full path: token, limits, validation of the answers,
one statement that allocates the place, audit entry, commit.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import count
from typing import Any

from allauth.idp.oidc.models import Client, Token
from django.db import connection
from django.utils import timezone
from django.utils.datastructures import MultiValueDict

from kini.bench import baselines, seed
from kini.bench.load_generator import NotMeasured
from kini.bench.workloads import BodyStock, Goal, Requests, Workload
from kini.booking import actions, queries
from kini.booking.models import EVERYBODY, Quota, Slot
from kini.booking.public import BookingOptions
from kini.cases.models import Case
from kini.city import queries as city_queries
from kini.city.models import Place
from kini.city.public import pack
from kini.core.actors import system
from kini.core.database import database_roles
from kini.people.models import Resident
from kini.people.public import profile_values
from kini.services.models import Service
from kini.services.public import DocumentField, FormData, ServiceSnapshot, examples, questions, snapshot_of
from kini.web import formats

CONNECTIONS = 64
VENUES, DAYS, SLOTS_A_DAY = 100, 30, 8
#: Capacity of the contested slot.
WANTED = 10_000
#: Number of contested slots, one after the other.
RUSHES = 3
SCOPES = "cases:read\ncases:write"


type Headers = Sequence[tuple[str, Sequence[str]]]


@dataclass(frozen=True, slots=True)
class BookingCity:
    """Data of the benchmark: booked service, slots by day, contested slots, tokens and answers of the applicants."""

    service: Service
    first: date
    slots: list[list[int]]
    rushes: list[int]
    tokens: list[str]
    answers: dict[str, Any]


def workloads(people: int) -> list[Workload]:
    """Workloads of this benchmark for a number of applicants.

    Raises:
        NotMeasured: the pack has no suitable service.
    """
    rows = baselines.create_rows(10_000)
    bench = prepare(people)
    month = f"first={bench.first}&last={bench.first + timedelta(days=DAYS - 1)}"
    reads = [f"/api/v1/services/{bench.service.pk}/days?venue=bench-{number}&{month}" for number in range(VENUES)]
    bearer = _bearer(bench.tokens)
    return [
        Workload("one indexed SELECT", "bare", Requests([f"/select/{row}" for row in rows]), expected_text="yardstick"),
        Workload("one INSERT", "bare", Requests(["/insert"], "POST", keyed=True, status=201)),
        Workload(
            "free slots of a month",
            "kini",
            Requests(reads, headers=_bearer(bench.tokens[:CONNECTIONS])),
            Goal(ratio=0.45),
            "one indexed SELECT",
            '"state":"free"',
        ),
        _books(f"bookings at {VENUES} venues", list(_spread(bench)), bearer, bench, Goal(per_second=300)),
        _books(f"bookings of one slot of {WANTED}", list(_rush(bench)), bearer, bench, Goal(per_second=150)),
    ]


def _bearer(tokens: Sequence[str]) -> Headers:
    return ("Authorization", [f"Bearer {token}" for token in tokens]), ("Accept-Language", ("id",))


def _books(name: str, slots: list[int], headers: Headers, bench: BookingCity, goal: Goal) -> Workload:
    common = {"service": bench.service.pk, "answers": bench.answers, "confirm": True}
    bodies = [json.dumps({**common, "slot": slot}) for slot in slots]
    sent = (*headers, ("Content-Type", ("application/json",)))
    requests = Requests(["/api/v1/bookings"], "POST", bodies, sent, status=201, stock=BodyStock())
    return Workload(name, "kini", requests, goal, expected_text="reference")


def _spread(bench: BookingCity) -> Iterator[int]:
    """Slots so that each applicant (the next token in turn) books once a day, each time at another venue."""
    for number, day in enumerate(bench.slots):
        yield from (day[(person + number) % len(day)] for person in range(len(bench.tokens)))


def _rush(bench: BookingCity) -> Iterator[int]:
    """One contested slot until it is full, then the next. Each is on its own day, as a person books once a day."""
    for slot in bench.rushes:
        yield from (slot for _person in range(min(WANTED, len(bench.tokens))))


def prepare(people: int) -> BookingCity:
    """Fill the city with venues, slots, and people with tokens."""
    service = _service()
    options = queries.options_of(service)
    accounts, _helped = seed.seed_people(people * 3)
    tokens = _tokens(accounts)
    first = formats.today() + timedelta(days=options.lead_days + 2)
    slots = _slots(service, options, first)
    rushes = [_slot(service, _venues(options)[0], first + timedelta(days=DAYS + number)) for number in range(RUSHES)]
    with database_roles.as_owner(), connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return BookingCity(service, first, slots, rushes, tokens, _answers(service, accounts))


def one_slot(people: int, places: int) -> BookingCity:
    """Fill the city with applicants and one slot that has fewer places.

    Raises:
        NotMeasured: the pack has no suitable service.
    """
    service = _service()
    options = queries.options_of(service)
    accounts, _helped = seed.seed_people(people * 3)
    first = formats.today() + timedelta(days=options.lead_days + 2)
    [venue] = _bench_places(options, 1)
    slot = _slot(service, venue, first, places)
    return BookingCity(service, first, [], [slot], _tokens(accounts), _answers(service, accounts))


def _service() -> Service:
    for service in queries.services().select_related("current", "agency"):
        assert service.current
        options, pages = queries.options_of(service), snapshot_of(service.current).pages
        papers = [field for page in pages for field in page.fields.values() if isinstance(field, DocumentField)]
        if options.place and not options.rush and options.once == "day" and all(paper.optional for paper in papers):
            return service
    raise NotMeasured("the pack has no service that is booked at places without papers and without a rush.")


def _venues(options: BookingOptions) -> list[Place]:
    return list(Place.objects.filter(kind=options.place, id__startswith="bench-").order_by("id"))


def _slots(service: Service, options: BookingOptions, first: date) -> list[list[int]]:
    """Create slots for a month at every venue; ids by day."""
    venues = _bench_places(options, VENUES)
    slots = [
        [
            _planned(service, venue, first + timedelta(days=day), 8 + hour)
            for venue in venues
            for hour in range(SLOTS_A_DAY)
        ]
        for day in range(DAYS)
    ]
    for day in slots:
        _store(options, Slot.objects.bulk_create(day), 100_000)
    return [[slot.pk for slot in day] for day in slots]


def _bench_places(options: BookingOptions, count: int) -> list[Place]:
    """Create venues over all areas."""
    areas = [area for _parent, some in city_queries.lowest_level_areas() for area in some]
    Place.objects.bulk_create(
        Place(
            id=f"bench-{number}",
            kind=str(options.place),
            name=f"Bench {number}",
            area=areas[number % len(areas)],
            latitude=areas[number % len(areas)].latitude,
            longitude=areas[number % len(areas)].longitude,
        )
        for number in range(count)
    )
    return _venues(options)


def _planned(service: Service, venue: Place, day: date, hour: int) -> Slot:
    starts_at = datetime.combine(day, time(hour), pack.current().timezone)
    return Slot(
        service=service,
        place=venue,
        area_id=venue.area_id,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=1),
        opens_at=timezone.now(),
    )


def _slot(service: Service, venue: Place, day: date, places: int = WANTED) -> int:
    slot = _planned(service, venue, day, 8)
    slot.save()
    _store(queries.options_of(service), [slot], places)
    return slot.pk


def _store(options: BookingOptions, slots: list[Slot], capacity: int) -> None:
    """Create quotas: full capacity for all applicants, one place for each special group."""
    groups = dict.fromkeys(options.groups, 1) | {EVERYBODY: capacity}
    Quota.objects.bulk_create(
        [Quota(slot=slot, group=group, capacity=places) for slot in slots for group, places in groups.items()],
        batch_size=10_000,
    )


def _tokens(residents: range) -> list[str]:
    """Create an access token of one OAuth client for everyone with an account."""
    program = Client.objects.create(id="bench", name="Bench", data={"per_minute": 1_000_000_000})
    users = dict(Resident.objects.filter(pk__in=residents).values_list("pk", "user_id"))
    words = {users[pk]: f"bench-{number}" for number, pk in zip(count(), residents, strict=False)}
    Token.objects.bulk_create(
        [
            Token(
                type=Token.Type.ACCESS_TOKEN,
                client=program,
                user_id=user,
                hash=hashlib.sha256(word.encode()).hexdigest(),
                scopes=SCOPES,
            )
            for user, word in words.items()
        ],
        batch_size=10_000,
    )
    return list(words.values())


def _answers(service: Service, residents: range) -> dict[str, Any]:
    """Example answers to all questions that the profile does not answer, in API form."""
    assert service.current
    snapshot = snapshot_of(service.current)
    known = profile_values.known_values(Resident.objects.select_related("area").get(pk=residents[0]))
    answers: dict[str, Any] = {}
    while missing := questions.missing_pages(snapshot, answers, known):
        answers |= _taken(snapshot, missing[0].key)
    fields = snapshot.fields
    answers = {name: value for name, value in answers.items() if fields[name].profile not in known}
    options = queries.options_of(service)
    return answers | ({options.party: 1} if options.party else {})


def _taken(snapshot: ServiceSnapshot, key: str) -> dict[str, Any]:
    page = snapshot.page(key)
    assert page
    values, _files = examples.example_form(page.fields, 1)
    typed = MultiValueDict({name: value if isinstance(value, list) else [value] for name, value in values.items()})
    return questions.parse_page(page, FormData(typed, MultiValueDict())).values


def find_inconsistencies() -> list[str]:
    """Inconsistencies after the measurement: oversold quotas, lost bookings, missing cases."""
    wrong = [f"quota {pk} is oversold or miscounted" for pk in queries.inconsistent_quotas()]
    before = Case.objects.count()
    some = list(queries.without_case()[:50])
    for booking in some:
        actions.open_case(by=system("bench"), booking=booking)
    if Case.objects.count() != before + len(some):
        wrong.append("a booking has no case")
    return wrong
