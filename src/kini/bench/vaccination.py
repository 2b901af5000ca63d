"""`./kini bench vaccination`: complete registrations a second, and a rush on fewer places with workers killed in it.

A registration is complete when the rules were asked, a place and its dose were taken, and it was stored: the actions of
the pages, run by worker processes on their own. People, vaccine and sessions are loaded first.
"""

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from datetime import time as clock
from functools import partial
from pathlib import Path
from uuid import uuid4

from django.db import connection
from django.utils import timezone

from kini.bench import baselines, seed
from kini.bench.load_generator import NotMeasured
from kini.bench.workloads import Goal, Measurement, Requests, Workload
from kini.booking.models import EVERYBODY, Quota, Slot
from kini.city.public import pack
from kini.core.actors import system
from kini.core.database import database_roles
from kini.people.models import Resident
from kini.vaccination.models import Lot, Registration, Session, Site
from kini.vaccination.public import campaign_files, stock, stock_verification
from kini.web import formats

BY = system("bench")
CONNECTIONS, WORKERS = 64, 2
#: Places of a session, and the share of the people for whom there is a place in the rush.
PLACES, SHARE = 100, 0.9
#: Workers that are killed in the rush, spread evenly over it.
KILLS = 8
YARDSTICK = "one INSERT"


@dataclass(frozen=True, slots=True)
class VaccinationCity:
    """Data of the benchmark: people who register one after another, and those of the rush."""

    campaign: str
    vaccine: str
    people: list[int]
    rush: list[int]
    places: int


def workloads(people: int, rush: int) -> tuple[list[Workload], VaccinationCity]:
    """Workloads of this benchmark: `people` register at leisure, `rush` at once for fewer places.

    Raises:
        NotMeasured: the pack has no campaign or no sites.
    """
    baselines.create_rows(1_000)
    city = prepare(people, rush)
    measured = partial(_measure, city)
    contested = f"{rush} people, {city.places} places, workers killed"
    return [
        Workload(YARDSTICK, "bare", Requests(["/insert"], "POST", keyed=True, status=201)),
        Workload("complete registrations", "", measured, Goal(per_second=250), YARDSTICK),
        Workload(contested, "", partial(_measure_rush, city), Goal(), once=True),
    ], city


def prepare(people: int, rush: int) -> VaccinationCity:
    """Fill the city with people, vaccine, and sessions: next week's for the people, the later ones for the rush."""
    known = campaign_files.campaigns()
    name = "covid-19" if "covid-19" in known else next(iter(known), "")
    sites = list(Site.objects.filter(active=True, kind__in=["fixed", "mass"]).select_related("area", "facility"))
    if not name or not sites:
        raise NotMeasured("the pack has no vaccination campaign, or no sites.")
    vaccine = next(key for key in known[name].vaccines if known[name].series_of(key))
    accounts, _helped = seed.seed_people((people + rush) * 3)
    Resident.objects.filter(pk__in=accounts).update(birth_date=date(1980, 1, 1), sex="female")
    places = int(rush * SHARE)
    dose = known[name].vaccines[vaccine].dose_ul
    _vaccine(sites, vaccine, dose, people + places)
    first = formats.today() + timedelta(days=2)
    _sessions(known[name].service, name, vaccine, dose, sites, first, people)
    _sessions(known[name].service, name, vaccine, dose, sites, first + timedelta(days=30), places)
    with database_roles.as_owner(), connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    keys = list(accounts)
    return VaccinationCity(name, vaccine, keys[:people], keys[people:], places)


def _vaccine(sites: list[Site], vaccine: str, dose: int, doses: int) -> None:
    """Receive enough vials of one dose at every site."""
    lot = Lot.objects.create(
        vaccine=vaccine, number="BENCH", expires_on=formats.today() + timedelta(days=365), vial_ul=dose
    )
    each = -(-doses // len(sites)) + 2 * PLACES
    for site in sites:
        stock.receive(by=BY, site=site, lot=lot, vials=each, key=uuid4())


def _sessions(
    service: str, campaign: str, vaccine: str, dose: int, sites: list[Site], first: date, places: int
) -> None:
    """Open sessions in turn at all sites with so many places together. Their quotas set the doses aside."""
    left, turn = places, 0
    while left > 0:
        day, hour = divmod(turn, 8)
        starts = datetime.combine(first + timedelta(days=day % 25), clock(8 + hour), pack.current().timezone)
        starts += timedelta(minutes=day // 25)
        share = [min(PLACES, max(0, left - PLACES * number)) for number in range(len(sites))]
        slots = Slot.objects.bulk_create(
            Slot(
                service_id=service,
                unit=site.facility,
                area=site.area,
                resource=f"{site.pk}:{vaccine}",
                starts_at=starts,
                ends_at=starts + timedelta(hours=1),
                opens_at=timezone.now(),
            )
            for site, number in zip(sites, share, strict=True)
            if number
        )
        Session.objects.bulk_create(
            Session(slot=slot, site=site, campaign=campaign, vaccine=vaccine, dose_ul=dose)
            for slot, site in zip(slots, sites, strict=False)
        )
        Quota.objects.bulk_create(
            Quota(slot=slot, group=EVERYBODY, capacity=number) for slot, number in zip(slots, share, strict=False)
        )
        left -= sum(share)
        turn += 1


def _measure(city: VaccinationCity, _address: str, seconds: float) -> Measurement:
    """Let workers register people until the time is over; a person who is registered already costs little."""
    waited: list[float] = []
    failed, used = 0, 0.0
    with tempfile.TemporaryDirectory() as folder:
        fresh = _unregistered(city.people)
        workers = [
            _worker(city, Path(folder) / str(number), fresh[number::WORKERS], seconds, 0) for number in range(WORKERS)
        ]
        for worker in workers:
            output, _errors = worker.communicate()
            failed += worker.returncode != 0
            result = json.loads(output or "{}")
            waited += result.get("waited", [])
            failed += result.get("refused", 0)
            used += result.get("cpu", 0)
    if waited:
        print(f"\n  {1000 * used / len(waited):.1f} ms of CPU a registration, without that of the database")
    return Measurement.of(waited, seconds, failed)


def _unregistered(people: list[int]) -> list[int]:
    done = set(
        Registration.objects.filter(person__resident__in=people).values_list("person__resident", flat=True)
        if len(people) < 200_000
        else Registration.objects.values_list("person__resident", flat=True)
    )
    return [pk for pk in people if pk not in done]


def _worker(
    city: VaccinationCity, file: Path, people: list[int], seconds: float, skipped_days: int
) -> "subprocess.Popen[str]":
    """Start a worker; it writes each accepted person into a file, by which nothing that was promised gets lost."""
    share = file.with_suffix(".json")
    share.write_text(json.dumps(people))
    words = [city.campaign, city.vaccine, str(share), str(file), str(seconds), str(skipped_days)]
    # The times of a rush are not read, and a pipe that nobody empties would stop its worker.
    output = subprocess.PIPE if seconds else subprocess.DEVNULL
    return subprocess.Popen([sys.executable, "-m", "kini.bench.vaccination_worker", *words], stdout=output, text=True)


def _measure_rush(city: VaccinationCity, _address: str, _seconds: float) -> Measurement:
    """Let all people of the rush register for fewer places, and kill workers until everybody has an answer."""
    started, lottery = time.monotonic(), random.Random(1)  # noqa: S311 -- repeatable, not a secret
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / str(number) for number in range(WORKERS)]
        shares = [city.rush[number::WORKERS] for number in range(WORKERS)]
        workers = [_worker(city, file, share, 0, 30) for file, share in zip(files, shares, strict=True)]
        killed = 0
        while any(worker.poll() is None for worker in workers):
            time.sleep(0.2)
            for number, worker in enumerate(workers):
                if worker.poll() == -signal.SIGKILL:
                    workers[number] = _worker(city, files[number], shares[number], 0, 30)
                elif worker.poll():
                    raise NotMeasured(f"a worker failed with code {worker.returncode}; see above.")
            running = [worker for worker in workers if worker.poll() is None]
            if running and killed < KILLS and len(_promised(files)) > (killed + 1) * city.places // (KILLS + 1):
                os.kill(lottery.choice(running).pid, signal.SIGKILL)
                killed += 1
        seconds = time.monotonic() - started
        promised = _promised(files)
    errors = list(_rush_errors(city, promised))
    print(f"\n  {len(promised)} places promised, {killed} workers killed; {'; '.join(errors) or 'all right'}")
    return Measurement(len(city.rush) / seconds, errors=len(errors), seconds=seconds)


def _promised(files: list[Path]) -> set[int]:
    """People to whom a worker promised a place."""
    return {int(line) for file in files if file.exists() for line in file.read_text().split()}


def _rush_errors(city: VaccinationCity, promised: set[int]) -> Iterator[str]:
    """Yield what is oversold, double or lost."""
    booked = Registration.objects.filter(state="booked", booking__slot__starts_at__gte=_midnight())
    people = list(booked.values_list("person__resident", flat=True))
    if len(people) != city.places:
        yield f"{len(people)} of {city.places} places are taken"
    if len(people) != len(set(people)):
        yield f"{len(people) - len(set(people))} people have two places"
    if lost := promised - set(people):
        yield f"{len(lost)} promised places are lost"


def _midnight() -> datetime:
    first = formats.today() + timedelta(days=32)
    return datetime.combine(first, clock(), pack.current().timezone)


def find_inconsistencies() -> list[str]:
    """Differences between bookings, quotas and the ledger after the measurement."""
    return list(stock_verification.differences())
