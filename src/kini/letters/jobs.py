"""Jobs of letters: issue or withdraw when cases move; sign waiting letters."""

from kini.cases.events import CaseMoved
from kini.cases.models import Case
from kini.core.actors import system
from kini.core.events import listens
from kini.core.jobs import every
from kini.letters import actions, queries, rules
from kini.letters.models import LIVE
from kini.services.versions import resolve

BY = system("letters")


@listens(CaseMoved, name="letters.follow_case")
def follow(event: CaseMoved) -> None:
    """Issue the letter ordered at the new state; withdraw letters of a case that ended otherwise."""
    found = Case.objects.select_related("version").defer("version__content")
    case = found.get(reference=event.reference)
    resolved = resolve(case.version)
    ordered = resolved.definition.gives.letter
    if ordered is None:
        return
    if event.state in rules.states_of(ordered, resolved.flow):
        actions.issue_letter(by=BY, case=case, entry=event.entry)
    elif rules.spoils(resolved.flow, event.state):
        for letter in case.letters.filter(state__in=LIVE, entry__lt=event.entry):
            actions.withdraw_letter(by=BY, letter=letter, cause="ended")


@every("*/10 * * * *", name="letters.sign_waiting")
def sign_waiting() -> None:
    """Sign waiting letters; one that fails does not stop the others."""
    for letter in list(queries.waiting()):
        actions.sign_letter(by=BY, letter=letter)
