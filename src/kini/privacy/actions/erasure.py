"""Action that erases an account and all data about the person, except what a law requires to keep."""

from django.utils import translation
from django.utils.translation import gettext as _

from kini.cases import actions as case_actions
from kini.cases.models import Case
from kini.cases.public import lock_case
from kini.city.public import pack
from kini.core import audit
from kini.core.actions import action
from kini.core.actors import Actor, require_system
from kini.core.delivery import can_deliver, send_text
from kini.people.models import User
from kini.people.public import personal_data_categories
from kini.privacy import queries


@action
def erase_person(*, by: Actor, case: Case) -> dict[str, int]:
    """Erase the personal data of a case's submitter in every room; return the number of records by category.

    A last message goes to the erased contact (UU 27/2022, article 45 requires notification of deletion).

    Raises:
        NotAllowed: unless the system is the actor.
        ActionRefused: if the person is on legal hold, or works for the city.
    """
    require_system(by)
    case = lock_case(case)
    if case.state != "deleting" or case.submitted_by is None:
        return {}
    user = User.objects.select_for_update().get(pk=case.submitted_by.pk)
    queries.require_erasable(user)
    contact, language = (user.phone, user.email), user.language
    person = queries.data_subject_of(user)
    # The profile last: the other rooms find their data by its contacts.
    rooms = sorted(
        (each for each in personal_data_categories if each.erase), key=lambda each: each.name == "people.profile"
    )
    erased = {each.name: each.erase(by, person) for each in rooms if each.erase}
    audit.record(by=by, action="privacy.person-erased", subject=f"user:{user.pk}", detail={"erased": erased})
    case_actions.move(by=by, case=case, move="done")
    _say_farewell(*contact, language, case.reference)
    return erased


def _say_farewell(phone: str | None, email: str | None, language: str, reference: str) -> None:
    with translation.override(language or pack.current().languages[0]):
        subject = _("Your account was deleted")
        text = _(
            "Your account and the data that no law keeps were deleted, as you asked (%(reference)s). You get no further"
            " messages. If this was not you, go to a counter with your card."
        ) % {"reference": reference}
    if email and can_deliver("email"):
        send_text(channel="email", recipient=email, subject=subject, text=text)
    elif phone and can_deliver("sms"):
        send_text(channel="sms", recipient=phone, subject=subject, text=text)
