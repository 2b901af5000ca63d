"""Facts of a dose's visit for SATUSEHAT: the screening by the Ministry's questions, times, adverse events.

Questions of a campaign name their item of the Ministry's form Q0015 (`link_id`). Signs of an adverse event are words:
they go as the text of a general complaint.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Q

from kini.core.dated_rules import rule_in_force
from kini.satusehat.fhir import codes
from kini.satusehat.fhir.vaccination import Reaction, Screening
from kini.vaccination.models import AdverseEvent, Dose, Visit
from kini.vaccination.public import campaign_files, dose_queries

#: Fields of `Screening` by the item of Q0015.
FIELDS = {
    "3.1": "healthy",
    "3.2": "temperature",
    "3.3": "systolic",
    "3.4": "diastolic",
    "3.5": "severe_allergy",
    "3.6": "autoimmune",
    "3.7": "had_covid",
    "3.8": "pregnant",
}
NUMBERS: Mapping[str, Callable[[Any], Any]] = {
    "temperature": lambda value: Decimal(str(value)),
    "systolic": int,
    "diastolic": int,
}


@dataclass(frozen=True, slots=True)
class VisitFacts:
    """Facts of a visit: its beginning, the screening, and whether a dose that was not done is only deferred.

    Attributes:
        screening: of the first dose of the visit; it was screened once.
        encounter: uuid of the first dose of a visit with several; None: it has one.
        others_stand: another dose of the visit is no error.
    """

    came_at: datetime
    deferred: bool
    screening: Screening | None
    encounter: UUID | None = None
    others_stand: bool = False


def visit_facts(dose: Dose) -> VisitFacts | None:
    """Return the facts of the visit at which a dose was given or not done; None: recorded without one."""
    visit = Visit.objects.select_related("part_of__dose").filter(dose=dose).first()
    if visit is None:
        return None
    whole = visit.part_of or visit
    others = Dose.objects.filter(Q(visit=whole) | Q(visit__part_of=whole)).exclude(pk=dose.pk)
    states = list(others.values_list("state", flat=True))
    return VisitFacts(
        visit.came_at,
        visit.result == "defer",
        _screening(dose, visit) if visit == whole else None,
        whole.dose.uuid if states and whole.dose else None,
        any(state != "entered-in-error" for state in states),
    )


def _screening(dose: Dose, visit: Visit) -> Screening | None:
    answers = _answers_by_field(dose, visit.answers or {})
    if not answers:
        return None
    return Screening(visit.came_at, health_worker=dose.group == "health-worker" or None, **answers)


def _answers_by_field(dose: Dose, answers: Mapping[str, Any]) -> dict[str, Any]:
    rules = rule_in_force(campaign_files.campaign_of(dose.campaign).screening, dose.given_on)
    by_field = {}
    for name, question in rules.questions.items() if rules else ():
        field, answer = FIELDS.get(question.link_id), answers.get(name)
        if field and answer is not None:
            by_field[field] = NUMBERS.get(field, bool)(answer)
    return by_field


def reactions_of(dose: Dose) -> tuple[Reaction, ...]:
    """Return the adverse events of a dose, in the order of their beginning."""
    events = AdverseEvent.objects.filter(dose=dose).order_by("began_at", "pk")
    return tuple(
        Reaction(event.uuid, codes.COMPLAINT, event.began_at, reported=event.source == "follow-up", text=event.signs)
        for event in events
    )


def dose_before(dose: Dose) -> Dose | None:
    """Return the dose of the campaign that the person had before this one, or None."""
    earlier = dose_queries.standing().filter(person=dose.person_id, campaign=dose.campaign, given_on__lt=dose.given_on)
    return earlier.order_by("-given_on", "-pk").first()
