"""Notifications of emergency access: to the heads who judge it, and to the person."""

from collections.abc import Iterable

from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from kini.core.actors import system
from kini.core.events import subscribe
from kini.core.grants import Scope
from kini.messages import actions as messages
from kini.messages.public import MessageType, Recipient, message_types
from kini.people import queries as people_queries
from kini.people.events import ProfilesJoined
from kini.people.models import Officer, Resident
from kini.people.public import access_purposes
from kini.records import actions
from kini.records.events import GlassBroken
from kini.records.models import BreakGlass
from kini.records.permissions import RecordPermission

BY = system("records")
EXAMPLE = "KINI-7F3K-9Q2M"
HEADS, PERSON, REMINDER = "emergency-access", "emergency-access-person", "emergency-access-waiting"


def register() -> None:
    """Register the message types of this room; called once at start."""
    for message_type in (
        MessageType(
            HEADS,
            _("When an officer opens a record outside their work in an emergency"),
            {"name": _("A colleague"), "number": EXAMPLE, "reason": _("Somebody's life or health is in danger")},
            _("{name}: emergency access"),
            _("{name} opened {number} in an emergency: {reason}. Judge at the desk whether that was justified."),
        ),
        MessageType(
            PERSON,
            _("When an officer opened data about somebody in an emergency"),
            {"name": _("A colleague")},
            _("Data about you was opened in an emergency"),
            _("{name} opened data about you outside their usual work. Read why under Me, Who looked at my data."),
        ),
        MessageType(
            REMINDER,
            _("When an emergency access was not judged for days"),
            {"name": _("A colleague"), "number": EXAMPLE},
            _("Emergency access waits to be judged"),
            _("{name} opened {number} in an emergency. Nobody has judged it yet. Do it at the desk."),
        ),
    ):
        message_types.register(message_type.id, message_type)


@subscribe(GlassBroken, name="records.notify_emergency")
def notify_emergency(event: GlassBroken) -> None:
    """Notify the heads of the officer's and of the record's agency, and the person."""
    access = BreakGlass.objects.select_related("officer__agency", "subject__user").get(pk=event.access)
    for head in reviewers_of(access):
        notify_reviewer(head, access, HEADS, f"emergency:{access.pk}")
    if access.subject is None:
        return
    messages.notify(
        by=BY,
        to=_recipient(access.subject),
        message_type=PERSON,
        key=f"emergency:{access.pk}:person",
        words={"name": access.officer.name},
        link=reverse("people:access-log"),
        about=messages.MessageScope(access.officer_agency_id),
    )


def notify_reviewer(head: Officer, access: BreakGlass, message_type: str, key: str) -> None:
    """Notify one head of an access that they may judge."""
    to = Recipient(head.user)
    with translation.override(to.language):
        words = {"name": access.officer.name, "number": access.number}
        if message_type == HEADS:
            words["reason"] = access_purposes.purpose_label(access.reason)
    messages.notify(
        by=BY,
        to=to,
        message_type=message_type,
        key=key,
        words=words,
        link=reverse("records:desk-reviews"),
        about=messages.MessageScope(access.officer_agency_id),
    )


def reviewers_of(access: BreakGlass) -> Iterable[Officer]:
    """Return the officers who may judge an access, without the one who made it."""
    review = RecordPermission.REVIEW_BREAK_GLASS
    heads = people_queries.officers_with_permission(Scope(access.officer_agency_id), review)
    if access.agency_id:
        of_record = Scope(access.agency_id, access.area_path, access.service)
        heads += people_queries.officers_with_permission(of_record, review)
    pks = {head.pk for head in heads} - {access.officer_id}
    return Officer.objects.filter(pk__in=pks).select_related("user").order_by("pk")


def _recipient(subject: Resident) -> Recipient:
    """Recipient of messages to a person: themselves, or for somebody without an account the one who acts for them."""
    if subject.user_id or subject.phone or subject.email:
        return Recipient(subject.user, subject)
    tie = subject.tied_by.select_related("resident__user").order_by("pk").first()
    return Recipient(tie.resident.user if tie else None, subject)


@subscribe(ProfilesJoined, name="records.copy_consents")
def copy_consents(event: ProfilesJoined) -> None:
    """Copy what the person said under their earlier profile."""
    actions.copy_consents(by=BY, kept=event.kept, gone=event.gone)
