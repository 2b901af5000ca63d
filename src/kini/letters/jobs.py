"""Jobs of letters: issue or withdraw when cases move."""

from kini.cases.events import CaseMoved
from kini.cases.models import Case
from kini.core.actors import system
from kini.core.events import subscribe
from kini.documents import actions as document_actions
from kini.letters import actions, queries, rules
from kini.services.public import snapshot_of

BY = system("letters")


@subscribe(CaseMoved, name="letters.follow_case")
def follow(event: CaseMoved) -> None:
    """Issue the letter ordered at the new state; withdraw letters of a case that ended otherwise."""
    cases = Case.objects.select_related("version").defer("version__content")
    case = cases.get(reference=event.reference)
    snapshot = snapshot_of(case.version)
    options = snapshot.definition.gives.letter
    if options is None:
        return
    if event.state in rules.issuing_states(options, snapshot.flow):
        actions.issue_letter(by=BY, case=case, entry=event.entry)
    elif rules.invalidates_letter(snapshot.flow, event.state):
        for letter in queries.open_letters(case).filter(entry__lt=event.entry):
            document_actions.withdraw_document(by=BY, document=letter.signed_document, cause="ended")
