"""Steps of the demo's past: the clock set back, and what the worker would do afterwards done at that time."""

from collections.abc import Iterator, Set
from contextlib import contextmanager
from datetime import UTC, datetime

from django.db import transaction

from kini.core import current_time, jobs
from kini.core.actions import single_transaction
from kini.core.actors import system
from kini.messages import actions as message_actions
from kini.messages.models import Delivery, Message
from kini.messages.public import DELIVER_JOB, Accepted
from kini.services.public import ServiceSnapshot

BY = system("demo")
#: Subscribers of events with nothing to do for made-up cases, which are neither merged nor followed.
IDLE = {"cases.notify_duplicates", "cases.release_duplicates", "reports.notify_followers", "wifi.note_fault"}
#: Subscribers that write to residents, those that look for photos, and the one that looks for a letter to issue.
NOTICES = {"cases.notify_opened", "cases.notify_moved", "cases.notify_entry"}
PHOTOS = {"reports.hash_new_photos", "reports.hash_photos_of_work"}
LETTERS = {"letters.follow_case"}
#: One message in so many is refused on every channel, and the first of each agency.
FAILED_MESSAGES = 25


def idle_subscribers(snapshot: ServiceSnapshot, channel: str) -> Set[str]:
    """Subscribers that have nothing to do for cases of a service: nobody to write to, no photos, no letter."""
    has_photos = snapshot.definition.kind == "report"
    has_letter = snapshot.definition.gives.letter is not None
    silent = set() if channel == "web" else NOTICES
    return silent | (set() if has_photos else PHOTOS) | (set() if has_letter else LETTERS)


@contextmanager
def at(moment: datetime, *, idle: Set[str] = frozenset()) -> Iterator[None]:
    """Set the clock to a time, in one transaction, and at its end do what would follow from what was written.

    Args:
        idle: subscribers of events that would find nothing to do, and are spared the search.
    """
    later: list[jobs.CollectedJob] = []
    with current_time.freeze(moment.astimezone(UTC)), transaction.atomic(), single_transaction():
        with jobs.collect() as collected:
            yield
            _follow(collected, later, IDLE | idle)
        for task, arguments, when in later:
            jobs.enqueue_all(task, [arguments], at=when)


def _follow(collected: list[jobs.CollectedJob], later: list[jobs.CollectedJob], idle: Set[str]) -> None:
    for each in collected:  # what is done may add to it
        listener = each.arguments.get("listener")
        if each.task.name == DELIVER_JOB:
            _settle(Delivery.objects.get(pk=each.arguments["delivery"]))
        elif listener is None:
            later.append(each)
        elif listener not in idle:
            each.task(**each.arguments)


def _settle(delivery: Delivery) -> None:
    """Record what became of a delivery, which is not sent."""
    earlier = Message.objects.filter(agency=delivery.message.agency_id, pk__lt=delivery.message_id)
    if delivery.message_id % FAILED_MESSAGES and earlier.exists():
        message_actions.record_accepted(by=BY, delivery=delivery, accepted=Accepted("delivered", "demo"))
    else:
        message_actions.record_failure(by=BY, delivery=delivery, fault="550 no such mailbox", final=True)
