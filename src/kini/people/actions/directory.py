"""Actions on links between officers and the city's directory: set by a head, looked up at sign-in."""

from django.utils.translation import gettext as _

from kini.core import audit
from kini.core.actions import action
from kini.core.actors import Actor, ActorKind, NotAllowed
from kini.core.grants import Scope
from kini.people import action_helpers, rules
from kini.people.contacts import parse_email
from kini.people.models import DirectoryLink, Officer, User
from kini.people.permissions import PeoplePermission


@action
def link_directory(*, by: Actor, officer: Officer, email: str) -> None:
    """Link an officer to an e-mail address of the directory; an empty one removes the link.

    The next sign-in fixes the subject.

    Raises:
        NotAllowed: without the permission to manage officers of the whole agency, or for the actor's own account.
        ContactFault: for an invalid e-mail address.
        ActionRefused: if another officer has it.
    """
    rules.require(by, PeoplePermission.MANAGE_OFFICERS, Scope(agency=officer.agency_id))
    if by.user_id == officer.user_id:
        raise NotAllowed(_("You cannot link your own account. Ask a colleague who manages officers."))
    DirectoryLink.objects.filter(officer=officer).delete()
    if email.strip():
        address = parse_email(email).value
        action_helpers.create_once(
            lambda: DirectoryLink.objects.create(officer=officer, email=address),
            _("Another officer is linked to this address already."),
        )
    detail = {"linked": bool(email.strip())}
    audit.record(by=by, action="people.directory-linked", subject=f"officer:{officer.pk}", detail=detail)


@action
def match_directory_officer(*, by: Actor, issuer: str, subject: str, email: str) -> User:
    """Return the account of the officer linked to an identity of the directory; the first match fixes the subject.

    Args:
        issuer, subject: permanent identity at the directory.
        email: verified address, or ""; finds the link at the first sign-in.

    Raises:
        NotAllowed: unless an active officer is linked, or if the actor is not the system.
    """
    if by.kind is not ActorKind.SYSTEM:
        raise NotAllowed("Only the system matches sign-ins through the directory.")
    links = DirectoryLink.objects.select_for_update(of=("self",)).select_related("officer__user")
    links = links.filter(officer__active=True, officer__user__is_active=True)
    link = links.filter(issuer=issuer, subject=subject).first()
    if link is None and email:
        link = links.filter(subject="", email__iexact=email).first()
        if link is not None:
            link.issuer, link.subject = issuer, subject
            link.save(update_fields=["issuer", "subject"])
            audit.record(by=by, action="people.directory-subject-fixed", subject=f"user:{link.officer.user_id}")
    if link is None:
        raise NotAllowed(
            _("You are signed in to the directory, but not linked to an officer. Ask the person who manages officers.")
        )
    user = link.officer.user
    assert isinstance(user, User)
    return user
