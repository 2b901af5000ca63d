"""Register people one after another in this process, as the pages do, and print how long each one took as JSON.

Words: campaign, vaccine, file with ids of residents, file for accepted ones, seconds (0: until everybody has an
answer), and the day, counted from that of the first sessions, from which sessions are looked for.
"""

import json
import os
import random
import sys
import time
from datetime import timedelta
from pathlib import Path

import django


def main(campaign: str, vaccine: str, share: Path, accepted: Path, seconds: float, skipped: int) -> None:
    django.setup()
    from kini.booking.public import SlotFull
    from kini.core.actors import Actor, ActorKind
    from kini.people.models import Resident
    from kini.vaccination.public import appointments, registration_actions
    from kini.web import formats

    first = formats.today() + timedelta(days=2 + skipped)
    wish = appointments.Wish(campaign, [vaccine], first, first + timedelta(days=29))
    answered = {int(line) for line in accepted.read_text().split()} if accepted.exists() else set()
    lottery = random.Random(os.getpid())  # noqa: S311 -- spreads the load, not a secret
    slots: list[int] = []
    waited: list[float] = []
    looked, refused = 0.0, 0
    began = time.monotonic()
    with accepted.open("a") as promises:
        for number in json.loads(share.read_text()):
            if seconds and time.monotonic() - began > seconds:
                break
            if number in answered:
                continue
            started = time.monotonic()
            resident = Resident.objects.select_related("person", "user").get(pk=number)
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
                promises.write(f"{number}\n")
                promises.flush()
            else:
                refused += 1
            waited.append(time.monotonic() - started)
    print(json.dumps({"waited": waited, "refused": refused}))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4]), float(sys.argv[5]), int(sys.argv[6]))
