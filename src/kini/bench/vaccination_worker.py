"""Register people one after another in this process, as the pages do, and print times and CPU seconds as JSON.

Words: campaign, vaccine, file with ids of residents, file for accepted ones, seconds (0: until everybody has an
answer), and the day, counted from that of the first sessions, from which sessions are looked for.
"""

import json
import os
import random
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import django

if TYPE_CHECKING:
    from kini.people.models import Resident


def main(campaign: str, vaccine: str, share: Path, accepted: Path, seconds: float, skipped: int) -> None:
    django.setup()
    from kini.booking.public import SlotFull
    from kini.core.actors import Actor, ActorKind
    from kini.vaccination.public import appointments, campaign_files, registration_actions
    from kini.web import formats

    first = formats.today() + timedelta(days=2 + skipped)
    wish = appointments.Wish(campaign, [vaccine], first, first + timedelta(days=29))
    answered = {int(line) for line in accepted.read_text().split()} if accepted.exists() else set()
    lottery = random.Random(os.getpid())  # noqa: S311 -- spreads the load, not a secret
    slots: list[int] = []
    waited: list[float] = []
    looked, refused = 0.0, 0
    campaign_files.campaigns()  # a server has read them before its first request
    shared = [pk for pk in json.loads(share.read_text()) if pk not in answered]
    began, used = time.monotonic(), time.process_time()
    with accepted.open("a") as promises:
        for resident in _residents(shared):
            if seconds and time.monotonic() - began > seconds:
                break
            started = time.monotonic()
            by = Actor(ActorKind.RESIDENT, resident.user_id)
            registration = registration_actions.register(
                by=by, person=resident.person, wish=registration_actions.Wish(campaign)
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
                promises.write(f"{resident.pk}\n")
                promises.flush()
            else:
                refused += 1
            waited.append(time.monotonic() - started)
    print(json.dumps({"waited": waited, "refused": refused, "cpu": time.process_time() - used}))


def _residents(people: list[int]) -> "Iterator[Resident]":
    """Yield residents with their persons, read a hundred at a time: reading them is not what is measured."""
    from kini.people.models import Resident

    for start in range(0, len(people), 100):
        part = people[start : start + 100]
        yield from Resident.objects.select_related("person", "user").filter(pk__in=part).order_by("pk")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4]), float(sys.argv[5]), int(sys.argv[6]))
