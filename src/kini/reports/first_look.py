"""Public reports of a first look: officers of the demo release the made-up ones, all but the newest."""

from django.conf import settings
from django.db.models import Window
from django.db.models.functions import RowNumber

from kini.core import preparation
from kini.core.actors import Actor, NotAllowed, system
from kini.core.jobs import enqueue, job
from kini.people.models import Officer
from kini.people.queries import officer_actor
from kini.reports import actions, queries
from kini.reports.models import Publication
from kini.reports.public_text import words_of

#: Reports of each agency that still wait for the visitor who signs in as an officer.
LEFT_WAITING = 3


def release_examples() -> int:
    """Release the waiting reports as officers who may, and count the offices' figures; returns the number released."""
    waiting = Publication.objects.filter(state=Publication.WAITING)
    place = Window(RowNumber(), partition_by="case__agency", order_by="-opened_at")
    newest = [row.pk for row in waiting.annotate(place=place).filter(place__lte=LEFT_WAITING)]
    released = 0
    for officer in Officer.objects.filter(active=True).order_by("pk"):
        actor = officer_actor(officer)
        for publication in queries.publications_at_desk(actor).filter(state=Publication.WAITING).exclude(pk__in=newest):
            released += _release(actor, publication)
    actions.count_figures(by=system("reports"))
    return released


def _release(by: Actor, publication: Publication) -> bool:
    case = publication.case
    photos = queries.photos_of(case)
    before = next((photo for photo in photos if not queries.is_of_work(photo)), None)
    after = next((photo for photo in photos if queries.is_of_work(photo)), None)
    try:
        # Drawings show nobody, so nothing is covered.
        copies = [actions.prepare_photo(by=by, case=case, photo=photo) if photo else None for photo in (before, after)]
        actions.release(by=by, case=case, text=words_of(case), before=copies[0], after=copies[1])
    except NotAllowed:
        return False  # the officer's own
    return True


@job("reports.first_look", queue="upkeep")
def write_first_look() -> None:
    """Release the made-up reports of a new demo."""
    if settings.ENV.demo_cases and not Publication.objects.exclude(state=Publication.WAITING).exists():
        release_examples()


def first_look(by: Actor) -> None:
    """Have the worker release the reports of a demo with cases, once."""
    if settings.ENV.demo_cases and not Publication.objects.exists():
        enqueue("reports.first_look")


def register() -> None:
    """Register the step of `./kini prepare`."""
    preparation.demo_steps.register("public reports", first_look)
