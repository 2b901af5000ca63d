"""The course of a made-up case: steps of officers and residents at believable times, late ones with their reasons."""

import random
from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from kini.booking.queries import of_case as booking_of_case
from kini.cases import actions, rules
from kini.cases.models import Case
from kini.city.public import pack
from kini.core.actors import ActionRefused, Actor, system
from kini.demo import past
from kini.demo.answers import step_inputs
from kini.demo.content import demo_content
from kini.demo.people import DemoPeople
from kini.demo.tills import pay
from kini.reports.models import ClosingAnswer
from kini.services.public import Flow, snapshot_of
from kini.web.formats import city_time

#: Days that a case takes on the whole, where its service promises nothing.
USUAL_DAYS = 6.0
MOST_STEPS = 20
#: Share of cases that wait too long at some step, and of rated ones.
STUCK, RATED = 0.12, 0.5
#: Part of the promised time that a step takes, by kind; reports take the most steps.
STEP: Mapping[str, float] = {"report": 1 / 12}
STEP_ELSE = 1 / 6
#: Share of closed cases that the resident contests, by kind. Few reports are played and many copied, which needs some
#: disputed ones of each agency; copies are drawn with believable shares (`year.weigh_shares`).
CONTESTED: Mapping[str, float] = {"report": 0.35}
CONTESTED_ELSE = 0.12
#: Days after its end within which a case is contested; flows allow it for about a week.
CONTESTED_WITHIN = 5.0
#: Share of questions of the city that residents answer; days that a late case waits at most.
ANSWERED, LONGEST_DELAY = 0.8, 40.0
#: Relative likelihood of a step that refuses or stops, asks back, or returns to a state that the case has left.
DANGER, ASKING, BACK = 0.16, 0.3, 0.05
#: Condition of cases that were closed late.
LATE = Q(closed_at__gt=F("due_at"))
#: Scores of ratings with their likelihood.
SCORES: Mapping[int, int] = {5: 40, 4: 34, 3: 13, 2: 7, 1: 6}


@dataclass(slots=True)
class CaseHistory:
    """Plays one case until a time.

    Attributes:
        by: who applied.
        number: of the example answers.
    """

    people: DemoPeople
    case: Case
    by: Actor
    rng: random.Random
    number: int
    until: datetime
    visited: set[str] = field(default_factory=set)

    @property
    def idle(self) -> Set[str]:
        return past.idle_subscribers(snapshot_of(self.case.version), self.case.channel)

    def play(self, moment: datetime) -> None:
        """Take steps from a time on, until the case ended, waits, or the time is over."""
        stuck = self.rng.randrange(1, 4) if self._is_stuck() else MOST_STEPS
        for step in range(MOST_STEPS):
            moment = self._next_moment(moment)
            if moment >= self.until:
                return
            if step == stuck and self.case.closed_at is None:
                self._explain(moment + timedelta(days=4))
                moment += timedelta(days=self.rng.uniform(12, LONGEST_DELAY))
                if moment >= self.until:
                    return
            if not self._step(moment):
                break
        self._rate(moment)

    def _next_moment(self, moment: datetime) -> datetime:
        """Time of the next step, in office hours but for emergencies; that of a visit not before its appointment."""
        snapshot = snapshot_of(self.case.version)
        if self.case.kind == "assistance":
            return moment + timedelta(minutes=self.rng.uniform(4, 90))
        if snapshot.flow.states[self.case.state].end:
            return moment + timedelta(days=self.rng.uniform(0.1, CONTESTED_WITHIN))
        days = (snapshot.definition.target.days if snapshot.definition.target else None) or USUAL_DAYS
        later = moment + timedelta(
            days=days * STEP.get(self.case.kind, STEP_ELSE) * self.rng.lognormvariate(-0.25, 0.7)
        )
        if self.case.kind == "booking" and (booking := booking_of_case(self.case)):
            return max(moment, booking.slot.starts_at) + timedelta(minutes=self.rng.uniform(3, 25))
        local = city_time(later)
        while not pack.current().calendar.is_working_day(local.date()):
            local += timedelta(days=1)
        return max(later, local.replace(hour=self.rng.randrange(8, 16), minute=self.rng.randrange(60)))

    def _step(self, moment: datetime) -> bool:
        """Take one step; False if there is none that a person takes."""
        snapshot = snapshot_of(self.case.version)
        if snapshot.flow.states[self.case.state].end:  # what is opened again takes all steps again
            self.visited.clear()
        else:
            self.visited.add(self.case.state)
        edge = self._choose(snapshot.flow)
        if edge is None:
            return self._wait_out(snapshot.flow, moment)
        actors = [self.by] if edge.by == rules.RESIDENT else self.people.staff(self.case.agency_id, self.rng)
        for actor in actors:
            try:
                with past.at(moment, idle=self.idle):
                    inputs = step_inputs(self.case, snapshot, edge, self.number)
                    self.case = actions.move(by=actor, case=self.case, move=edge.move, values=inputs)
            except ActionRefused:  # another officer has to, or the kind does not allow it now
                continue
            return True
        return False

    def _choose(self, flow: Flow) -> rules.Edge | None:
        state = flow.states[self.case.state]
        edges = [
            each
            for each in rules.edges_from(flow, self.case.state)
            if each.by != rules.SYSTEM and each.move != rules.WITHDRAW
        ]
        if state.end and not self._is_contested():
            return None
        if state.by == rules.RESIDENT and state.after and self.rng.random() > ANSWERED:
            return None
        return self.rng.choices(edges, [self._weight(flow, each) for each in edges])[0] if edges else None

    def _is_stuck(self) -> bool:
        """True when the case waits too long at some step.

        Of each agency's reports, public or not, the first that is solved comes in time, and one after it is late: only
        then can their copies have both.
        """
        chance = self.rng.random() < STUCK
        if self.case.kind != "report":
            return chance
        alike = Case.objects.filter(agency=self.case.agency_id, kind="report", outcome="solved")
        is_public = Case.objects.filter(pk=self.case.pk, publication__isnull=False).exists()
        solved = alike.filter(publication__isnull=not is_public)
        in_time, late = (solved.filter(is_late).exists() for is_late in (~LATE, LATE))
        return in_time and (chance or not late)

    def _is_contested(self) -> bool:
        """True when the resident contests the end of the case.

        Of each agency's public reports, which are copied, the first that is solved stands, and a later one is disputed.
        """
        chance = self.rng.random() <= CONTESTED.get(self.case.kind, CONTESTED_ELSE)
        disputes = ClosingAnswer.objects.filter(case=OuterRef("pk"), answer=ClosingAnswer.NOT_SOLVED)
        disputed = dict(self._solved_reports().annotate(disputed=Exists(disputes)).values_list("pk", "disputed"))
        if disputed.pop(self.case.pk, True):  # no public report, or disputed before
            return chance
        return False in disputed.values() and (chance or True not in disputed.values())

    def _solved_reports(self) -> QuerySet[Case]:
        """Public reports that the agency has solved."""
        return Case.objects.filter(agency=self.case.agency_id, outcome="solved", publication__isnull=False)

    def _weight(self, flow: Flow, edge: rules.Edge) -> float:
        weight = DANGER if edge.danger else 1.0
        if rules.is_correctable(flow, edge.to):
            weight *= ASKING
        return weight * (BACK if edge.to in self.visited and not flow.states[self.case.state].end else 1.0)

    def _wait_out(self, flow: Flow, moment: datetime) -> bool:
        """Pay what is due, or let the time of the state run out; False if nothing happens by itself."""
        if self.case.closed_at is None and self.case.kind == "payment" and self.rng.random() < 0.85:
            with past.at(moment):
                paid = pay(self.by, self.case, moment)
            self.case.refresh_from_db()
            return paid
        after = flow.states[self.case.state].after
        if self.case.closed_at or after is None:
            return False
        over = pack.current().calendar.add(self.case.state_since, "days", after.days) + timedelta(minutes=5)
        if over >= self.until:
            return False
        with past.at(over, idle=self.idle):
            actions.take_due_edge(by=system("time"), case=self.case)
        self.case.refresh_from_db()
        return True

    def _explain(self, moment: datetime) -> None:
        """Have an officer note why the case takes so long."""
        notes = demo_content().notes
        if notes and moment < self.until:
            with past.at(moment):
                try:
                    actions.add_note(
                        by=self.people.officers[self.case.agency_id], case=self.case, text=self.rng.choice(notes)
                    )
                except ActionRefused:
                    return

    def _rate(self, moment: datetime) -> None:
        if is_rated(self.case, self.rng):
            rate(self.by, self.case, self.rng, min(moment + timedelta(hours=self.rng.uniform(1, 50)), self.until))


def is_rated(case: Case, rng: random.Random) -> bool:
    """True for half of the decided cases that came by the web."""
    return case.channel == "web" and case.outcome in rules.RATED_OUTCOMES and rng.random() < RATED


def rate(by: Actor, case: Case, rng: random.Random, moment: datetime) -> None:
    """Rate a decided case as its resident, mostly well, often with words."""
    [score] = rng.choices(list(SCORES), list(SCORES.values()))
    words = demo_content().ratings.get(score, [])
    text = rng.choice(words) if words and rng.random() < 0.7 else ""
    with past.at(moment):
        actions.rate_case(by=by, case=case, score=score, text=text)
