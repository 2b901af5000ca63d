"""Ratings by residents."""

from django.utils.translation import gettext as _

from kini.cases import rules
from kini.cases.access import hats
from kini.cases.holding import lock
from kini.cases.inputs import plain_text
from kini.cases.models import Case, Rating
from kini.core import audit, moments
from kini.core.actions import action
from kini.core.actors import Actor, NotAllowed, Refused


@action
def rate(*, by: Actor, case: Case, score: int, text: str = "", guest_key: str = "") -> Rating:
    """Store the resident's rating of an ended case, once per ending. Later ratings are ignored.

    Args:
        score: 1 (very bad) to 5 (very good), see rules.SCORES.
        text: a sentence of the resident's own; may be empty.
        guest_key: the secret part of a guest's link.

    Raises:
        NotAllowed: when the case is not the actor's own.
        Refused: when the case has not been decided or is anonymised, there is no such score, or the text is too long.
    """
    case = lock(case)
    if rules.RESIDENT not in hats(by, case, guest_key):
        raise NotAllowed(_("You cannot rate this case. It belongs to somebody else."))
    if case.closed_at is None or case.outcome not in rules.RATED_OUTCOMES:
        raise Refused(_("You can rate a case once it has been decided."))
    if case.anonymised_at:  # its texts are gone already, and no later run would remove another one
        raise Refused(_("This case ended so long ago that it can no longer be rated."))
    if score not in rules.SCORES:
        raise Refused(_("Choose one of the five marks."))
    rating, made = Rating.objects.get_or_create(
        case=case,
        closed_at=case.closed_at,
        defaults={"score": score, "text": plain_text(text), "at": moments.now()},
    )
    if made:
        audit.record(by=by, action="cases.rated", subject=f"case:{case.reference}", detail={"score": score})
    return rating
