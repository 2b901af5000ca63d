"""Reads of the demo's pages: how far its year is, and who shows which stop of the tour."""

from dataclasses import dataclass

from procrastinate.contrib.django.models import ProcrastinateJob

from kini.demo.content import GUEST, RESIDENT, Stop, demo_content
from kini.people.models import Officer
from kini.people.public import demo_accounts

FILL_JOB, STRAYS_JOB = "demo.fill_year", "demo.create_strays"
#: Cases of the year: those played step by step, copies of them, and copies of the public reports among them.
PLAYED, COPIES, REPORTS = 250, 2750, 27_000
ALL = PLAYED + COPIES + REPORTS


@dataclass(frozen=True, slots=True)
class Progress:
    """Number of made-up cases that are there, of so many."""

    done: int
    total: int


@dataclass(frozen=True, slots=True)
class TourStop:
    """A stop with the contact of the demo person that sees it; empty for a guest."""

    stop: Stop
    person: str


def progress() -> Progress | None:
    """Return how far the worker has filled the year; None when it is done or was never begun."""
    waiting = ProcrastinateJob.objects.filter(task_name=FILL_JOB, status__in=("todo", "doing"))
    arguments = waiting.order_by("-pk").values_list("args", flat=True).first()
    return Progress(min(arguments["done"], ALL), ALL) if arguments else None


def tour() -> list[TourStop]:
    """The stops that this demo can show, in order."""
    people = demo_accounts.demo_people()
    by_task = {person.id: person.contact.value for person in people if person.id}
    contacts = {each for pair in Officer.objects.values_list("user__email", "user__phone") for each in pair if each}
    residents = (person.contact.value for person in people if not person.id and person.contact.value not in contacts)
    seen_as = {GUEST: "", RESIDENT: next(residents, ""), **by_task}
    return [TourStop(stop, seen_as[stop.seen_as]) for stop in demo_content().tour if stop.seen_as in seen_as]
