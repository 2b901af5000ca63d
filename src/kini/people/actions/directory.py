"""Links between officers and the city's directory, made by a head and looked up at a sign-in."""

from django.utils.translation import gettext as _

from kini.core import audit
from kini.core.actions import action
from kini.core.actors import Actor, ActorKind, NotAllowed
from kini.core.grants import Scope
from kini.people import keeping, rules
from kini.people.contacts import read_email
from kini.people.models import DirectoryLink, Officer, User
from kini.people.permissions import Permission


@action
def link_directory(*, by: Actor, officer: Officer, email: str) -> None:
    """Let an officer sign in through the directory, under that address there; an empty one ends it.

    The next sign-in fixes the subject.

    Raises:
        NotAllowed: without the permission to manage officers of the whole agency, or for oneself.
        ContactFault: when it is no e-mail address.
        Refused: when another officer has it.
    """
    rules.require(by, Permission.MANAGE_OFFICERS, Scope(agency=officer.agency_id))
    if by.user_id == officer.user_id:
        raise NotAllowed(_("Nobody links their own account. Ask a colleague who manages officers."))
    DirectoryLink.objects.filter(officer=officer).delete()
    if email.strip():
        address = read_email(email).value
        keeping.once(
            lambda: DirectoryLink.objects.create(officer=officer, email=address),
            _("Another officer is linked to this address already."),
        )
    detail = {"linked": bool(email.strip())}
    audit.record(by=by, action="people.directory-linked", subject=f"officer:{officer.pk}", detail=detail)


@action
def find_directory_officer(*, by: Actor, issuer: str, subject: str, email: str) -> User:
    """The account of the officer whom a head linked to somebody in the directory.

    Args:
        issuer, subject: by which the directory knows them for ever.
        email: their address, when the directory has verified it; by it the first sign-in finds the link.

    Raises:
        NotAllowed: when there is none, or the officer no longer works.
    """
    if by.kind is not ActorKind.SYSTEM:
        raise NotAllowed("The directory is asked by the program.")
    working = DirectoryLink.objects.select_for_update(of=("self",)).select_related("officer__user")
    working = working.filter(officer__active=True, officer__user__is_active=True)
    found = working.filter(issuer=issuer, subject=subject).first()
    if found is None and email:
        found = working.filter(subject="", email__iexact=email).first()
        if found is not None:
            found.issuer, found.subject = issuer, subject
            found.save(update_fields=["issuer", "subject"])
            audit.record(by=by, action="people.directory-subject-fixed", subject=f"user:{found.officer.user_id}")
    if found is None:
        raise NotAllowed(
            _("The directory knows you, and no officer is linked to you. Ask the person who manages officers.")
        )
    user = found.officer.user
    assert isinstance(user, User)
    return user
