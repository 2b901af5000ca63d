"""Ratings by residents."""

from django.utils.translation import gettext as _

from kini.cases import rules
from kini.cases.access import case_roles
from kini.cases.locking import lock_case
from kini.cases.models import Case, Rating
from kini.cases.transition_inputs import clean_form_text
from kini.core import audit, current_time
from kini.core.actions import action
from kini.core.actors import ActionRefused, Actor, NotAllowed


@action
def rate_case(*, by: Actor, case: Case, score: int, text: str = "", guest_key: str = "") -> Rating:
    """Store the resident's rating of an ended case, once per ending. Later ratings are ignored.

    Args:
        score: 1 (very bad) to 5 (very good), see rules.SCORES.
        text: a sentence of the resident's own; may be empty.
        guest_key: the secret part of a guest's link.

    Raises:
        NotAllowed: when the case is not the actor's own.
        ActionRefused: when the case is undecided or anonymised, the score is invalid, or the text too long.
    """
    case = lock_case(case)
    if rules.RESIDENT not in case_roles(by, case, guest_key):
        raise NotAllowed(_("You cannot rate this case. It belongs to somebody else."))
    if case.closed_at is None or case.outcome not in rules.RATED_OUTCOMES:
        raise ActionRefused(_("You can rate a case once it has been decided."))
    if case.anonymised_at:  # its texts are gone already, and no later run would remove another one
        raise ActionRefused(_("This case ended so long ago that it can no longer be rated."))
    if score not in rules.SCORES:
        raise ActionRefused(_("Choose one of the five ratings."))
    rating, created = Rating.objects.get_or_create(
        case=case,
        closed_at=case.closed_at,
        defaults={"score": score, "text": clean_form_text(text), "at": current_time.now()},
    )
    if created:
        audit.record(by=by, action="cases.rated", subject=f"case:{case.reference}", detail={"score": score})
    return rating
