"""Timetables: editions, departures, journeys."""

import io
import zipfile
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from kini.core import current_time
from kini.feeds import importer
from kini.feeds.import_run import FileOrigin, ImportRefused
from kini.feeds.models import Call, Stop, Timetable
from kini.feeds.transit import journeys, queries, rules
from kini.feeds.transit.rules import ServiceCalendar
from tests.feeds.conftest import BY

#: A Monday, 8:00 in the town, where winter has no offset.
EIGHT = datetime(2026, 11, 23, 8, tzinfo=UTC)
FEED = """
name: Buses
about: Where they go.
one: Stop
services: [buses]
icon: bus
source: {name: Bus company, licence: Open, format: gtfs, most_faults: 50}
fresh: {days: 30}
"""
FILES = {
    "stops.txt": """stop_id,stop_name,stop_lat,stop_lon,location_type,parent_station
A,Port,38.7300,-9.4750,0,
B,Market,38.7400,-9.4700,0,
C1,Station east,38.7500,-9.4600,0,C
C2,Station west,38.7501,-9.4601,0,C
C,Station,38.7500,-9.4600,1,
D,Hill,38.7550,-9.4500,0,
D2,Hill foot,38.7552,-9.4505,0,
E,Beach,38.7450,-9.4300,0,
X,Nowhere,38.7000,-9.4000,0,
""",
    "routes.txt": "route_id,route_short_name,route_long_name,route_desc\n"
    "R1,1,Port - Station,Bus\nR2,2,Station - Beach,Bus\nN,N,Night,\n",
    "calendar.txt": "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\n"
    "W,1,1,1,1,1,0,0,20260101,20271231\n",
    "calendar_dates.txt": "service_id,date,exception_type\nW,20261225,2\n",
    "trips.txt": "route_id,service_id,trip_id,trip_headsign\nR1,W,T1,Station\nR2,W,T2,Beach\nN,W,T3,Port\n",
    "stop_times.txt": """trip_id,stop_sequence,stop_id,arrival_time,departure_time
T1,1,A,06:00:00,06:00:00
T1,2,B,06:10:00,06:10:30
T1,3,C1,06:20:00,06:20:00
T2,1,C2,08:30:00,08:30:00
T2,2,D,08:40:00,08:40:00
T2,3,E,08:50:00,08:50:00
T3,1,C1,24:30:00,24:30:00
T3,2,A,24:50:00,24:50:00
T3,3,D2,25:10:00,25:10:00
""",
    "frequencies.txt": "trip_id,start_time,end_time,headway_secs\nT1,06:00:00,20:00:00,900\n",
    "fare_attributes.txt": "fare_id,price,currency_type,payment_method,transfers\nF,2,EUR,0,\n",
    "fare_rules.txt": "fare_id,route_id\nF,R1\n",
    "transfers.txt": "from_stop_id,to_stop_id,transfer_type\nD,D2,0\n",
}


def packed(**changed):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as bundle:
        for name, text in (FILES | {f"{key}.txt": value for key, value in changed.items()}).items():
            bundle.writestr(zipfile.ZipInfo(name), text)
    return content.getvalue()


def bring(content=None, **options):
    return importer.import_file(
        by=BY, name="buses", content=content or packed(), origin=FileOrigin("buses.zip"), **options
    )


@pytest.fixture
def town(folder):
    (folder / "feeds" / "buses.yaml").write_text(FEED, "utf-8")
    with current_time.freeze(EIGHT):
        yield folder


@pytest.fixture
def buses(town):
    bring()
    return queries.current_timetable("buses")


def number(code):
    return Stop.objects.get(code=code, timetable__current=True).number


def told(way):
    net = queries.network(queries.current_timetable("buses").pk)
    return [(leg.run.short, net.stops[leg.start].code, net.stops[leg.end].code, leg.leaves) for leg in way.legs]


def board(buses, code, now=EIGHT):
    return [
        (each.run.short, [f"{time:%H:%M}" for time in each.times], each.every)
        for each in queries.departures(buses, number(code), now)
    ]


def test_what_leaves_next_by_frequency_and_by_time(buses):
    assert board(buses, "B") == [("1", ["08:10", "08:25", "08:40"], 900)]
    assert board(buses, "C") == [("2", ["08:30"], 0)]
    assert board(buses, "E") == []


def test_who_leaves_a_stop_is_asked_once_in_one_statement(buses, django_assert_num_queries):
    with django_assert_num_queries(1):
        place = queries.stop(buses, "C1").number
    assert place == number("C")
    queries.departures(buses, number("A"), EIGHT)
    with django_assert_num_queries(1):
        first = queries.departures(buses, place, EIGHT)
    with django_assert_num_queries(0):
        assert queries.departures(buses, place, EIGHT) == first != []


def test_a_run_of_yesterday_leaves_after_midnight_and_none_on_a_day_off(buses):
    assert board(buses, "C", datetime(2026, 11, 24, 0, 10, tzinfo=UTC)) == [("N", ["00:30"], 0)]
    assert board(buses, "C", datetime(2026, 11, 23, 0, 10, tzinfo=UTC)) == []
    assert board(buses, "B", datetime(2026, 12, 25, 8, tzinfo=UTC)) == []
    assert board(buses, "B", datetime(2026, 11, 22, 8, tzinfo=UTC)) == []


def test_straight_with_one_change_and_on_foot_at_the_end(buses):
    straight = journeys.journeys(buses, number("A"), number("B"), EIGHT)
    assert told(straight[0]) == [("1", "A", "B", 8 * 3600)]
    changed = journeys.journeys(buses, number("A"), number("D2"), EIGHT)
    assert told(changed[0]) == [("1", "A", "C1", 8 * 3600), ("2", "C2", "D", 8 * 3600 + 1800)]
    assert 30 < changed[0].walks[-1] < 100
    assert journeys.journeys(buses, number("E"), number("A"), EIGHT) == []


def test_every_fault_names_file_row_and_field(town):
    wrong = FILES["stop_times.txt"] + "T9,1,A,06:00:00,06:00:00\nT2,4,A,09:00,09:00:00\nT2,5,A,09:00:00,08:00:00\n"
    load = bring(packed(stop_times=wrong))
    assert [(each["row"], each["field"]) for each in load.faults] == [
        (11, "stop_times.trip_id"),
        (12, "stop_times.arrival_time"),
        (13, "stop_times.departure_time"),
    ]
    assert Call.objects.count() == 9


def test_a_new_edition_replaces_the_one_before_which_is_kept(buses):
    assert bring() is None
    for minute in (11, 12, 13):
        bring(packed(stop_times=FILES["stop_times.txt"].replace("06:10:30", f"06:{minute}:30")))
    assert Timetable.objects.count() == 2
    assert board(queries.current_timetable("buses"), "B")[0][1][0] == "08:13"


@pytest.mark.parametrize("content", [b"no zip", packed(stop_times="trip_id\n"), packed(stops="stop_id\n\n")])
def test_a_broken_file_leaves_the_edition_that_is_there(buses, content):
    with pytest.raises(ImportRefused):
        bring(content)
    assert queries.current_timetable("buses") == buses
    assert board(buses, "B")


def test_pages(buses, client):
    assert "Port - Station" in client.get("/figures/buses/").content.decode()
    near = client.post("/figures/buses/", {"lat": "38.7401", "lon": "-9.4701"}).content.decode()
    assert near.index(">Market<") < near.index(">Station<")
    assert client.get("/figures/buses/?q=hill").content.decode().count('class="figures-row"') == 2
    stop = client.get("/figures/buses/stops/B/").content.decode()
    assert "08:10" in stop
    assert client.get("/figures/buses/stops/C1/")["Location"] == "/figures/buses/stops/C/"
    assert {client.get(f"/figures/buses/stops/{code}/").status_code for code in ("X", "B%01")} == {404}
    way = client.get("/figures/buses/journey/?from=port&to=beach").content.decode()
    assert way.index("Station east") < way.index("Beach</small>")
    assert "<select" in client.get("/figures/buses/journey/?from=port&to=hil").content.decode()
    assert client.get("/figures/buses/journey/?from=zzz&to=beach").status_code == 422
    assert client.get("/figures/buses/stops.csv").content.decode().count("\n") == 9
    with current_time.freeze(EIGHT + timedelta(days=40)):
        assert 'class="old"' in client.get("/figures/buses/stops/B/").content.decode()


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE feeds_timetable SET current = true",
        "UPDATE feeds_call SET trip = 999",
        "UPDATE feeds_call SET departs = arrives - 1",
        "UPDATE feeds_stop SET place = 999",
        "UPDATE feeds_trip SET days = 999",
    ],
)
def test_the_database_holds_an_edition_together(buses, sql):
    bring(packed(transfers="from_stop_id,to_stop_id\n"))
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with pytest.raises(IntegrityError), transaction.atomic():
            cursor.execute(sql)


@given(st.integers(0, 90_000), st.integers(1, 4_000), st.integers(0, 4_000), st.integers(0, 100_000))
def test_frequencies_leave_as_a_plain_walk_through_them_would(since, between, ride, after):
    until = since + 10 * between
    plain = [since + n * between + ride for n in range(10) if since + n * between + ride >= after][:3]
    departures = rules.next_departure_times(500, [[since, until, between]], 500 + ride, after, 3)
    assert [each.at for each in departures] == plain


def test_days():
    runs = ServiceCalendar("1111100", date(2026, 1, 1), date(2026, 12, 31), ["2027-05-01"], ["2026-12-25"])
    assert rules.runs_on(runs, date(2026, 11, 23))
    assert not rules.runs_on(runs, date(2026, 11, 22))
    assert not rules.runs_on(runs, date(2026, 12, 25))
    assert rules.runs_on(runs, date(2027, 5, 1))
    assert not rules.runs_on(runs, date(2027, 5, 3))
