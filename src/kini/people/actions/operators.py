"""Actions on operators, who may open the operator's pages. Command line only."""

from django.utils.translation import gettext as _

from kini.core import audit
from kini.core.actions import action
from kini.core.actors import ActionRefused, Actor, ActorKind, NotAllowed
from kini.people.actions.accounts import open_account
from kini.people.contacts import Contact
from kini.people.models import Operator, Session, User


@action
def add_operator(*, by: Actor, contact: Contact) -> Operator:
    """Make the owner of a contact an operator, and end their sessions, as operators' sessions are shorter.

    Raises:
        NotAllowed: unless the system is the actor.
    """
    _command_line(by)
    user = open_account(by=by, contact=contact)
    operator, added = Operator.objects.get_or_create(user=user)
    if added:
        Session.objects.filter(user=user).delete()
        audit.record(by=by, action="people.operator-added", subject=f"user:{user.pk}")
    return operator


@action
def remove_operator(*, by: Actor, user: User) -> None:
    """Remove an operator, effective at once; the account stays.

    Raises:
        NotAllowed: unless the system is the actor.
        ActionRefused: if the account is not an operator's.
    """
    _command_line(by)
    count, _rows = Operator.objects.filter(user=user).delete()
    if not count:
        raise ActionRefused(_("This account does not belong to an operator."))
    audit.record(by=by, action="people.operator-removed", subject=f"user:{user.pk}")


def _command_line(by: Actor) -> None:
    if by.kind is not ActorKind.SYSTEM:
        raise NotAllowed(_("Operators can only be added and removed on the command line."))
