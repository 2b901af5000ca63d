"""Operators: who may open the operator's pages. Only the command line makes them."""

from django.utils.translation import gettext as _

from kini.core import audit
from kini.core.actions import action
from kini.core.actors import Actor, ActorKind, NotAllowed, Refused
from kini.people.actions.accounts import open_account
from kini.people.contacts import Contact
from kini.people.models import Operator, Session, User


@action
def add_operator(*, by: Actor, contact: Contact) -> Operator:
    """Let whoever holds that number or address open the operator's pages, with a second step.

    Their sessions end: those of operators are shorter, and begin with a sign-in.

    Raises:
        NotAllowed: when anybody but the command line asks.
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
    """Take the operator's pages from somebody, at once; the account stays.

    Raises:
        NotAllowed: when anybody but the command line asks.
        Refused: when the account is no operator's.
    """
    _command_line(by)
    count, _rows = Operator.objects.filter(user=user).delete()
    if not count:
        raise Refused(_("This account is no operator's."))
    audit.record(by=by, action="people.operator-removed", subject=f"user:{user.pk}")


def _command_line(by: Actor) -> None:
    if by.kind is not ActorKind.SYSTEM:
        raise NotAllowed(_("Operators are made on the command line alone."))
