"""Jobs of letters: issue or withdraw when cases move; sign waiting letters."""

from kini.cases.events import CaseMoved
from kini.cases.models import Case
from kini.core.actors import system
from kini.core.events import subscribe
from kini.core.jobs import periodic
from kini.letters import actions, queries, rules
from kini.letters.models import OPEN_STATES
from kini.services.public import snapshot_of

BY = system("letters")


@subscribe(CaseMoved, name="letters.follow_case")
def follow(event: CaseMoved) -> None:
    """Issue the letter ordered at the new state; withdraw letters of a case that ended otherwise."""
    cases = Case.objects.select_related("version").defer("version__content")
    case = cases.get(reference=event.reference)
    snapshot = snapshot_of(case.version)
    order = snapshot.definition.gives.letter
    if order is None:
        return
    if event.state in rules.issuing_states(order, snapshot.flow):
        actions.issue_letter(by=BY, case=case, entry=event.entry)
    elif rules.invalidates_letter(snapshot.flow, event.state):
        for letter in case.letters.filter(state__in=OPEN_STATES, entry__lt=event.entry):
            actions.withdraw_letter(by=BY, letter=letter, cause="ended")


@periodic("*/10 * * * *", name="letters.sign_waiting")
def sign_waiting() -> None:
    """Sign waiting letters; one that fails does not stop the others."""
    for letter in list(queries.unsigned_letters()):
        actions.sign_letter(by=BY, letter=letter)
