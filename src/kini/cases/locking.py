"""Row locks for cases and drafts, and checks on a locked draft."""

from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _

from kini.cases.models import Case, Draft
from kini.core import current_time
from kini.core.actors import ActionRefused, Actor, ActorKind
from kini.people.models import Resident

#: Lifetime of a draft after its last answer.
DRAFT_LIFETIME = timedelta(days=30)


#: Channel of drafts that began with a message, and prefix of the session key of a sender without an account.
MESSAGE_CHANNEL, SENDER = "message", "message:"


def message_sender(number: str) -> Actor:
    """Guest who writes by message from this number."""
    return Actor(ActorKind.GUEST, session=f"{SENDER}{number}")


def is_begun_by_message(draft: Draft) -> bool:
    """Return True if a sender without an account began the draft and no browser has written to it: its address, which
    only the sender got, opens it.
    """
    return draft.owner_id is None and draft.case_id is None and draft.session.startswith(SENDER)


class DraftExpired(ActionRefused):
    """The draft has expired; the applicant must start again."""


def lock_case(case: Case) -> Case:
    """Lock the case until the end of the transaction and return it freshly read."""
    _hold(Case, case.pk)
    related = Case.objects.select_related("version", "resident", "area", "unit")
    return related.defer("version__content", "search").get(pk=case.pk)


def lock_draft(draft: Draft) -> Draft:
    """Lock the draft until the end of the transaction and return it freshly read."""
    _hold(Draft, draft.pk)
    related = Draft.objects.select_related("version__service", "case__version", "resident__area")
    return related.defer("version__content", "case__version__content").get(pk=draft.pk)


def _hold(model: type[Case] | type[Draft], pk: Any) -> None:
    """Lock one row. The caller reads it afterwards: a query that waits for a lock returns joined rows from before the
    wait.
    """
    model._default_manager.select_for_update().only("pk").get(pk=pk)


def require_usable(draft: Draft) -> Draft:
    """Return the draft if it can still be edited.

    Raises:
        Expired: when it waited too long.
        ActionRefused: when the service is no longer offered.
    """
    if draft.case_id is None:
        if draft.expires_at <= current_time.now():
            raise DraftExpired(_("This draft has expired. Start again; your profile still has your details."))
        if not draft.version.service.active:
            raise ActionRefused(_("The city does not offer this service at the moment."))
    return draft


def claim_draft(by: Actor, draft: Draft) -> Draft:
    """Assign a guest's draft to the user who has signed in since, and one begun by message to the browser."""
    if is_begun_by_message(draft) and draft.session != by.session and by.session and by.user_id is None:
        draft.session = by.session
        draft.save(update_fields=["session", "updated_at"])
    if draft.owner_id is None and draft.case_id is None and by.user_id is not None:
        draft.owner_id = by.user_id
        draft.resident = Resident.objects.select_related("area").filter(user_id=by.user_id).first()
        draft.save(update_fields=["owner", "resident", "updated_at"])
    return draft


def store_draft(draft: Draft) -> None:
    """Save changed answers and extend the draft's lifetime."""
    draft.expires_at = current_time.now() + DRAFT_LIFETIME
    draft.save(update_fields=["answers", "sealed", "expires_at", "updated_at"])
