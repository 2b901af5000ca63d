"""Actions on objections to a use of personal data, with restriction of processing until they are decided."""

from kini.cases.models import Case
from kini.cases.public import case_answers
from kini.core import audit, current_time
from kini.core.actions import action
from kini.core.actors import Actor, require_system
from kini.people.public import personal_data_categories
from kini.privacy import queries
from kini.privacy.models import Restriction


@action
def restrict_processing(*, by: Actor, case: Case) -> Restriction | None:
    """Restrict processing of a person's data while their objection is decided, if they request it.

    Raises:
        NotAllowed: unless the system is the actor.
    """
    _only_the_program(by)
    if not case_answers.of_case(case).get("restrict") or case.resident is None:
        return None
    restriction = Restriction.objects.create(resident=case.resident, case=case, since=current_time.now())
    audit.record(by=by, action="privacy.restricted", subject=f"resident:{case.resident_id}")
    return restriction


@action
def apply_objection(*, by: Actor, case: Case) -> list[str]:
    """Lift the restriction; if the objection was granted, erase the data of the uses it names.

    Returns:
        Names of the erased categories.

    Raises:
        NotAllowed: unless the system is the actor.
    """
    _only_the_program(by)
    Restriction.objects.filter(case=case, lifted_at=None).update(lifted_at=current_time.now())
    ended: list[str] = []
    if case.outcome == "granted" and case.submitted_by:
        uses, person = case_answers.of_case(case).get("uses") or [], queries.data_subject_of(case.submitted_by)
        for each in personal_data_categories:
            if each.optional in uses and each.erase:
                each.erase(by, person)
                ended.append(each.name)
    audit.record(by=by, action="privacy.objection-decided", subject=f"case:{case.reference}", detail={"ended": ended})
    return ended


def _only_the_program(by: Actor) -> None:
    require_system(by)
