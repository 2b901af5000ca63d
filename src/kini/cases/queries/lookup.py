"""Lookup of one case, draft or document that the actor may see."""

from secrets import compare_digest
from typing import Any

from django.db.models import Q

from kini.cases.access import CONFLICT_MESSAGE, has_conflict_of_interest, is_own_case, own_or_family_q
from kini.cases.locking import MESSAGE_CHANNEL, is_begun_by_message
from kini.cases.models import Attachment, Case, Draft
from kini.cases.permissions import CasePermission
from kini.cases.queries.own import my_cases
from kini.core.actors import Actor, NotAllowed
from kini.people.public import PeoplePermission, permission_filters
from kini.people.rules import may_somewhere


def draft_for(actor: Actor, pk: Any, guest_key: str = "") -> Draft:
    """Return a draft of the actor, submitted or not, or one that was begun by message.

    Raises:
        Draft.DoesNotExist: when there is none, or it is somebody else's.
    """
    drafts = Draft.objects.select_related("version__service", "case", "resident__area").defer("version__content")
    theirs = Q(owner_id=actor.user_id) if actor.user_id else Q(pk__in=())
    if actor.session:
        theirs |= Q(owner__isnull=True, session=actor.session)
    if actor.user_id:
        theirs |= Q(case__in=my_cases(actor).values("pk"))
    if guest_key:
        theirs |= Q(case__guest_key=guest_key)
    draft = drafts.filter(theirs | Q(owner__isnull=True, channel=MESSAGE_CHANNEL, case__isnull=True)).get(pk=pk)
    own = draft.owner_id or draft.case_id or (actor.session and draft.session == actor.session)
    if not (own or is_begun_by_message(draft)):
        raise Draft.DoesNotExist
    return draft


def case_for(actor: Actor, reference: str, guest_key: str = "") -> Case:
    """Return a case that the actor may see: their own, within an officer's grants, or opened by its secret link.

    Raises:
        Case.DoesNotExist: when there is none, or it is not theirs to see.
        NotAllowed: as `sees`.
    """
    related = ("service", "version", "area", "unit", "agency", "assignee", "resident__area", "resident__user")
    without = ("version__content", "search", "service__search", "service__search_text")
    case = Case.objects.select_related(*related).defer(*without).get(reference=reference)
    if case.guest_key and guest_key and compare_digest(case.guest_key, guest_key):
        return case
    if not can_see(actor, case):
        raise Case.DoesNotExist
    return case


def can_see(actor: Actor, case: Case) -> bool:
    """Return True if the actor may see the case (ignoring a guest's link). Two queries at most.

    Raises:
        NotAllowed: the officer has a conflict of interest.
    """
    ours = own_or_family_q(actor.user_id) if actor.user_id else Q(pk__in=())
    helps = may_somewhere(actor, PeoplePermission.APPLY_FOR_OTHERS) and actor.user_id
    helped = Q(submitted_by_id=actor.user_id) if helps else Q(pk__in=())
    at_work = helped | permission_filters.visible_cases_q(actor, CasePermission.SEE_CASES)
    if not Case.objects.filter(ours | at_work, pk=case.pk).exists():
        return False
    if actor.is_officer and has_conflict_of_interest(actor, case) and not is_own_case(actor, case):
        raise NotAllowed(str(CONFLICT_MESSAGE))
    return True


def document_for(actor: Actor, pk: Any, guest_key: str = "") -> Attachment:
    """Return a document of a case or draft that the actor may see.

    Raises:
        Attachment.DoesNotExist: when there is none, or it is not theirs to see.
    """
    document = Attachment.objects.select_related("case", "draft").get(pk=pk)
    try:
        if document.case:
            case_for(actor, document.case.reference, guest_key)
        else:
            draft_for(actor, document.draft_id, guest_key)
    except (Case.DoesNotExist, Draft.DoesNotExist):
        raise Attachment.DoesNotExist from None
    return document
