"""Scheduled work: time takes its edges, drafts expire, cases are made findable, joined profiles bring theirs."""

import structlog

from kini.cases import actions, queries
from kini.cases.models import Case, Presence
from kini.core import moments
from kini.core.actors import Refused, system
from kini.core.events import listens
from kini.core.jobs import every
from kini.people.events import ProfilesJoined

log = structlog.get_logger("kini.cases")


@every("*/10 * * * *", name="cases.take_due_edges")
def take_due_edges() -> None:
    """Take every edge whose time has come; a case that cannot be moved does not keep the others waiting."""
    by = system("time")
    for pk in list(queries.due_edges()):
        try:
            actions.take_due_edge(by=by, case=Case(pk=pk))
        except Refused as refusal:
            log.warning("time could not move a case", case=pk, reason=str(refusal))


@every("37 2 * * *", name="cases.clean_up_drafts")
def clean_up_drafts() -> None:
    """Drafts that nobody goes on with do not stay."""
    actions.clean_up_drafts(by=system("clean-up"))


@every("*/5 * * * *", name="cases.index")
def index_cases() -> None:
    """Cases from before there was a search, and those brought in by the thousands, are found as well."""
    while actions.index_cases(by=system("search")):
        pass


@every("47 * * * *", name="cases.forget_presences")
def forget_presences() -> None:
    """Who looked at a case an hour ago is nobody's business."""
    Presence.objects.filter(until__lt=moments.now()).delete()


@listens(ProfilesJoined)
def bring_cases_along(event: ProfilesJoined) -> None:
    """What was applied for at a counter belongs to the joined profile."""
    actions.hand_over_cases(by=system("joined profiles"), gone=event.gone, kept=event.kept)
