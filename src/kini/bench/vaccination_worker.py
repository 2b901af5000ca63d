"""Register people in the threads of this process, as the pages do, and print times and CPU seconds as JSON.

Words: campaign, vaccine, file with ids of residents, file for accepted ones, seconds (0: until everybody has an
answer), and the day, counted from that of the first sessions, from which sessions are looked for.
"""

import json
import random
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, TextIO

import django

if TYPE_CHECKING:
    from kini.people.models import Resident
    from kini.vaccination.public import appointments


WRITING = Lock()
#: Threads of a worker, as a process of the web server has several: while one waits for a commit, another works.
THREADS = 8


def main(campaign: str, vaccine: str, share: Path, accepted: Path, seconds: float, skipped: int) -> None:
    django.setup()
    from kini.vaccination.public import appointments, campaign_files
    from kini.web import formats

    first = formats.today() + timedelta(days=2 + skipped)
    wish = appointments.Wish(campaign, [vaccine], first, first + timedelta(days=29))
    answered = {int(line) for line in accepted.read_text().split()} if accepted.exists() else set()
    campaign_files.campaigns()  # a server has read them before its first request
    people = [pk for pk in json.loads(share.read_text()) if pk not in answered]
    waited: list[float] = []
    refused: list[int] = []
    used, until = time.process_time(), time.monotonic() + seconds if seconds else None
    with accepted.open("a") as promises, ThreadPoolExecutor(THREADS) as pool:
        shares = [people[number::THREADS] for number in range(THREADS)]
        runs = [pool.submit(_register, wish, part, until, promises, waited, refused) for part in shares]
        for run in runs:
            run.result()
    print(json.dumps({"waited": waited, "refused": len(refused), "cpu": time.process_time() - used}))


def _register(
    wish: "appointments.Wish",
    people: list[int],
    until: float | None,
    promises: TextIO,
    waited: list[float],
    refused: list[int],
) -> None:
    """Register people one after another; each promised place is in the file before the next one begins."""
    from kini.booking.public import SlotFull
    from kini.core.actors import Actor, ActorKind
    from kini.vaccination.public import appointments, registration_actions

    lottery = random.Random(people[0] if people else 0)  # noqa: S311 -- spreads the load, not a secret
    slots: list[int] = []
    looked = 0.0
    for resident in _residents(people):
        started = time.monotonic()
        if until and started > until:
            break
        by = Actor(ActorKind.RESIDENT, resident.user_id)
        registration = registration_actions.register(
            by=by, person=resident.person, wish=registration_actions.Wish(wish.campaign)
        )
        while registration.state == "waiting":
            if not slots or started - looked > 30:
                slots, looked = [each.slot for each in appointments.open_slots(wish)], time.monotonic()
            if not slots:
                break
            chosen = lottery.randrange(len(slots))
            try:
                registration = registration_actions.book(by=by, registration=registration, slot=slots[chosen])
            except SlotFull:
                slots[chosen] = slots[-1]
                slots.pop()
        if registration.state == "booked":
            with WRITING:
                promises.write(f"{resident.pk}\n")
                promises.flush()
        else:
            refused.append(resident.pk)
        waited.append(time.monotonic() - started)


def _residents(people: list[int]) -> "Iterator[Resident]":
    """Yield residents with their persons, read a hundred at a time: reading them is not what is measured."""
    from kini.people.models import Resident

    for start in range(0, len(people), 100):
        part = people[start : start + 100]
        yield from Resident.objects.select_related("person", "user").filter(pk__in=part).order_by("pk")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4]), float(sys.argv[5]), int(sys.argv[6]))
