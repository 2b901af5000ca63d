"""Actions on accounts and their contacts."""

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from kini.core import audit
from kini.core.actions import action
from kini.core.actors import ActionRefused, Actor
from kini.people import action_helpers, queries, security_notifications
from kini.people.actions.residents import ensure_resident
from kini.people.contacts import Contact
from kini.people.models import Resident, User


@action
def open_account(*, by: Actor, contact: Contact) -> User:
    """Return the account with that contact, created if missing.

    No permission is needed: only the owner of the contact receives the code.
    """
    if existing := queries.user_by_contact(contact):
        return existing
    fields = {"phone": contact.value} if contact.kind == "phone" else {"email": contact.value}
    try:
        with transaction.atomic():
            user = User.objects.create_user(**fields)
    except IntegrityError:  # concurrent request
        return _existing(contact)
    audit.record(by=by, action="people.account-opened", subject=f"user:{user.pk}", detail={"by": contact.kind})
    return user


def _existing(contact: Contact) -> User:
    user = queries.user_by_contact(contact)
    if user is None:
        raise ActionRefused(_("The account could not be opened. Try again."))
    return user


@action
def confirm_phone(*, by: Actor, user: User, phone: str) -> User:
    """Mark the phone number as verified by a code."""
    action_helpers.require_self(by, user.pk)
    if user.phone == phone and not user.phone_verified:
        user.phone_verified = True
        user.save(update_fields=["phone_verified"])
        audit.record(by=by, action="people.phone-confirmed", subject=f"user:{user.pk}")
    return user


@action
def record_sign_in(*, by: Actor, user: User, language: str) -> Resident:
    """Record a sign-in: create the profile if missing, and store the language for messages."""
    action_helpers.require_self(by, user.pk)
    if language and user.language != language:
        user.language = language
        user.save(update_fields=["language"])
    audit.record(by=by, action="people.signed-in", subject=f"user:{user.pk}")
    return ensure_resident(by=by, user=user)


@action
def change_contact(*, by: Actor, user: User, contact: Contact) -> User:
    """Set a verified contact of the account, and notify all earlier ones.

    Raises:
        NotAllowed: for somebody else's account.
        ActionRefused: if another account signs in with it.
    """
    action_helpers.require_self(by, user.pk)
    other = queries.user_by_contact(contact)
    refusal = _(
        "Another account already signs in with this. Sign in to that account, or ask at a counter to merge the two."
    )
    if other and other.pk != user.pk:
        raise ActionRefused(refusal)
    before = security_notifications.contacts_of(user)
    if contact.kind == "phone":
        user.phone, user.phone_verified = contact.value, True
    else:
        user.email = contact.value
    action_helpers.create_once(user.save, refusal)
    if contact not in before:
        security_notifications.notify_contact_changed(user, before, contact)
    Resident.objects.filter(user=user).update(phone=user.phone or "", email=user.email or "")
    audit.record(by=by, action="people.contact-changed", subject=f"user:{user.pk}", detail={"kind": contact.kind})
    return user


@action
def remove_unused_accounts(*, by: Actor, accounts: QuerySet[User]) -> int:
    """Delete accounts that were never signed in to; return their number.

    Raises:
        NotAllowed: unless the system is the actor.
    """
    action_helpers.require_self(by, None)
    count, _rows = accounts.delete()
    audit.record(by=by, action="people.unused-accounts-removed", subject="users", detail={"count": count})
    return count
