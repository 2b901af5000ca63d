"""Test of a service: applications until every edge of its flow is covered, with forbidden moves before each edge."""

from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count

import httpx

from kini.cases import actions, jobs, rules
from kini.cases.models import BatchMove, Case
from kini.core import current_time
from kini.core.actors import ActionRefused, system
from kini.robot.accounts import RobotAccount, RobotAccounts
from kini.robot.application import Application
from kini.robot.browser import Browser, CheckFailed, Form, Page
from kini.robot.flow_paths import Edge, FlowCoverage
from kini.robot.kind_steps import external_moves
from kini.services.models import Service
from kini.services.public import JOINED, ServiceSnapshot, examples, fixtures_of, snapshot_of


@dataclass(slots=True)
class ServiceResult:
    """Counters and failure of one service's test."""

    service: str
    kind: str
    questions: int = 0
    states: int = 0
    edges: int = 0
    refused: int = 0
    fault: str = ""

    def __str__(self) -> str:
        mark = "  FAULT" if self.fault else ""
        counts = f"{self.questions:>9} {self.states:>6} {self.edges:>6} {self.refused:>7}"
        return f"{self.service:<34} {self.kind:<13} {counts}{mark}"


BY = system("robot")
MAX_CASES = 40
LONGER_THAN_ANY_DELAY = timedelta(days=400)  # longer than the delay of any `after` edge
REFUSED = (403, 404, 405, 409, 422)


@dataclass(slots=True)
class ServicePlay:
    """Test of one service."""

    accounts: RobotAccounts
    service: Service
    result: ServiceResult = field(init=False)
    snapshot: ServiceSnapshot = field(init=False)
    coverage: FlowCoverage = field(init=False)
    shown: Page | None = field(init=False, default=None)  # page after the last move
    shown_to: Browser | None = field(init=False, default=None)  # browser that has it
    unknown_tried: set[str] = field(init=False, default_factory=set)  # states in which an unknown move was tried

    def __post_init__(self) -> None:
        self.result = ServiceResult(self.service.id, self.service.kind)
        assert self.service.current is not None
        self.snapshot = snapshot_of(self.service.current)
        flow = self.snapshot.flow
        # Joining needs a duplicate case; the tests of the cases room cover it.
        edges = [edge for edge in flow.edges() if edge[1] not in (rules.JOIN, rules.SEPARATE)]
        self.coverage = FlowCoverage.of(
            edges, [name for name, state in flow.states.items() if state.end and name != JOINED]
        )
        self.result.states = len(flow.states)
        self.result.edges = len(self.coverage.edges)

    def run(self) -> ServiceResult:
        """Run the test; a failure is stored in the result."""
        try:
            for number in count(1):
                self.play_case(number)
                if not self.coverage.left:
                    break
                if number == MAX_CASES:
                    raise CheckFailed(f"{MAX_CASES} cases did not cover every edge; left: {sorted(self.coverage.left)}")
        except (CheckFailed, ActionRefused) as error:
            self.result.fault = str(error)
        self.result.edges -= len(self.coverage.left)
        return self.result

    def play_case(self, number: int) -> None:
        """Process one case from the start page to an end."""
        fixtures_of(self.service.kind).prepare_application(self.snapshot, number)
        application = Application(self.accounts.resident.browser, self.service.id, self.snapshot, number)
        reference = application.apply()
        self.result.questions = max(self.result.questions, application.questions)
        self.result.refused += application.refused
        case = Case.objects.get(reference=reference)
        self.mark_automatic_edges(case)
        if number == 1:
            self.strangers_see_nothing(case)
        while edge := self.coverage.next_edge(self.state(case)):
            if edge in self.coverage.left:
                self.wrong_moves_are_refused(case, edge)
            self.take_edge(case, edge)

    def mark_automatic_edges(self, case: Case) -> None:
        """Mark the edges that rules took when the case was opened."""
        for entry in case.timeline.filter(sort="moved"):
            self.coverage.mark_covered(Edge(entry.from_state, entry.move, entry.to_state))

    def state(self, case: Case) -> str:
        return Case.objects.values_list("state", flat=True).get(pk=case.pk)

    def take_edge(self, case: Case, edge: Edge) -> None:
        """Take an edge as an allowed actor and check the resulting state."""
        by = self.actor(edge)
        fixtures_of(self.service.kind).prepare_move(case, edge.move)
        if by == rules.SYSTEM or edge.move == rules.AFTER:  # no page is open after these moves
            self.shown = None
        if edge.move == rules.AFTER:
            with current_time.freeze(current_time.now() + LONGER_THAN_ANY_DELAY):
                actions.take_due_edge(by=BY, case=case)
        elif by == rules.SYSTEM and (external_move := external_moves.find(f"{self.service.kind}.{edge.move}")):
            external_move(self.accounts.resident.browser, self.officers(case)[0].browser, case.reference)
        elif by == rules.SYSTEM:
            actions.move(by=BY, case=Case.objects.get(pk=case.pk), move=edge.move)
        elif by == rules.RESIDENT:
            self.submit_move(self.accounts.resident.browser, f"/cases/{case.reference}/", edge)
        else:
            self.submit_move(self.officer(case, edge), f"/desk/cases/{case.reference}/", edge)
            self.carry_out_decision(case)
        if (state := self.state(case)) != edge.to:
            raise CheckFailed(f'{case.reference}: after "{edge.move}" it is in "{state}" instead of "{edge.to}"')
        self.coverage.mark_covered(edge)

    def carry_out_decision(self, case: Case) -> None:
        """Take the step of a decision that waits because its officer could take it back."""
        for batch in BatchMove.objects.filter(cases__case=case, begun_at=None, taken_back_at=None):
            with current_time.freeze(batch.due_at):
                jobs.run_batch_move(batch.pk)
            self.shown = None

    def officers(self, case: Case) -> list[RobotAccount]:
        """Officers of the case's current agency."""
        return self.accounts.officers[Case.objects.values_list("agency_id", flat=True).get(pk=case.pk)]

    def involved(self, case: Case, edge: Edge) -> set[int | None]:
        """Users who may not take the edge, which is independent of a step of theirs."""
        separate = self.rule(edge).independent_of
        return set(case.timeline.filter(move__in=separate, actor_kind="officer").values_list("actor_id", flat=True))

    def officer(self, case: Case, edge: Edge) -> Browser:
        """Browser of an officer who may take the edge."""
        involved = self.involved(case, edge)
        able = [each for each in self.officers(case) if each.user.pk not in involved]
        if not able:
            raise CheckFailed(f'{case.reference}: "{edge.move}" out of "{edge.state}" needs a fourth officer')
        return able[0].browser

    def rule(self, edge: Edge) -> rules.Edge:
        rule = rules.edge_of(self.snapshot.flow, edge.state, edge.move)
        if rule is None:
            raise CheckFailed(f'the rules know no edge "{edge.move}" out of "{edge.state}"')
        return rule

    def actor(self, edge: Edge) -> str:
        return self.rule(edge).by

    def submit_move(self, browser: Browser, case_address: str, edge: Edge) -> Page:
        """Take a move by its form on the case's page, which the previous move may have opened already."""
        here = self.shown is not None and self.shown_to is browser and httpx.URL(self.shown.url).path == case_address
        case_page = self.shown if self.shown and here else browser.get(case_address)
        address = f"{case_address}moves/{edge.move}/"
        correction = f"{case_address}correct/"
        if edge.move == rules.ANSWER and correction in case_page.links():
            case_page = browser.get(correction)
        if not case_page.has_form(address) and address not in case_page.links():
            raise CheckFailed(f'{case_page.url} does not offer "{edge.move}"')
        needs = (rules.edge_of(self.snapshot.flow, edge.state, edge.move) or edge).needs  # type: ignore[union-attr]
        form = (case_page if case_page.has_form(address) else browser.get(address)).form(address)
        if needs:
            self.nothing_given_is_refused(browser, form)
        values, files = examples.example_form(
            {name: self.snapshot.inputs[name] for name in needs}, next(PICTURE_NUMBERS)
        )
        page = browser.send(form, values, files, expect=(200, 422))
        if page.shows_errors:
            raise CheckFailed(f"{address} refused what its inputs take: {page.text("//*[@role='alert']")}")
        self.shown, self.shown_to = page, browser
        return page

    def nothing_given_is_refused(self, browser: Browser, form: Form) -> None:
        empty = {name: "" for name in form.data if name not in ("csrfmiddlewaretoken", "state")}
        page = browser.send(form, empty, expect=(422,))
        if not page.shows_errors:
            raise CheckFailed(f"{form.action} answered 422 without saying what is missing")
        self.result.refused += 1

    def wrong_moves_are_refused(self, case: Case, edge: Edge) -> None:
        """Check that unauthorized users and unknown moves are rejected without any change."""
        by, reference = self.actor(edge), case.reference
        before = self.state(case)
        tries = [(self.accounts.outsider.browser, f"/desk/cases/{reference}/moves/{edge.move}/")]
        tries.append((self.accounts.stranger.browser, f"/cases/{reference}/moves/{edge.move}/"))
        if by != rules.RESIDENT:
            tries.append((self.accounts.resident.browser, f"/cases/{reference}/moves/{edge.move}/"))
        else:
            officer = self.officers(case)[0].browser
            tries.append((officer, f"/desk/cases/{reference}/moves/{edge.move}/"))
        if before not in self.unknown_tried:
            self.unknown_tried.add(before)
            officer = self.officers(case)[0].browser
            tries.append((officer, f"/desk/cases/{reference}/moves/no-such-move/"))
        involved = self.involved(case, edge)
        for account in self.officers(case):
            if account.user.pk in involved:
                tries.append((account.browser, f"/desk/cases/{reference}/moves/{edge.move}/"))
        for browser, address in tries:
            browser.post(address, {"state": before, "reason": "x", "message": "x"}, expect=REFUSED)
            self.result.refused += 1
        if self.state(case) != before:
            raise CheckFailed(f'{reference}: a forbidden try of "{edge.move}" moved it')

    def strangers_see_nothing(self, case: Case) -> None:
        self.accounts.stranger.browser.get(f"/cases/{case.reference}/", expect=(404,))
        self.accounts.stranger.browser.get(f"/desk/cases/{case.reference}/", expect=(403, 404))
        self.accounts.outsider.browser.get(f"/desk/cases/{case.reference}/", expect=(404,))
        self.result.refused += 3


#: Numbers of example pictures, so that no photo is uploaded twice.
PICTURE_NUMBERS = count(10_000)
