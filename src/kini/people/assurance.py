"""Identity assurance: changes of a profile's level, their history, and the accounts that can read a profile."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from kini.core import audit, events
from kini.core.actors import Actor, NotAllowed
from kini.people import encrypted_fields, queries
from kini.people.assurance_levels import level_label, level_name
from kini.people.contacts import contact_of
from kini.people.events import AssuranceChanged
from kini.people.models import Assurance, AssuranceChange, Officer, Resident, User

#: Documents that an officer can record as seen, by stored name.
DOCUMENTS = ("identity-card", "family-card", "passport", "birth-certificate")


@dataclass(frozen=True, slots=True)
class Proof:
    """Reason for a change of level.

    Attributes:
        cause: one of AssuranceChange.CAUSES.
        evidence: a document of DOCUMENTS, or the register's receipt.
        successor: profile that holds the number now.
        dispute: reference of the case that decided it.
    """

    cause: str
    evidence: str = ""
    register: str = ""
    reason: str = ""
    successor: Resident | None = None
    dispute: str = ""


@dataclass(frozen=True, slots=True)
class AssuranceEntry:
    """A change in words, for the person and for officers."""

    at: datetime
    words: str
    by: str


def document_choices() -> list[tuple[str, str]]:
    """Return (stored name, label) of each document, for a form."""
    words = {
        "identity-card": _("Identity card"),
        "family-card": _("Family card"),
        "passport": _("Passport"),
        "birth-certificate": _("Birth certificate"),
    }
    return [(document, words[document]) for document in DOCUMENTS]


def assurance_history(resident: Resident) -> list[AssuranceEntry]:
    """Return every change of the level, newest first, with its author."""
    changes = resident.assurance_changes.select_related("officer", "officer__agency").order_by("-pk")
    return [AssuranceEntry(change.at, _change_words(change), _maker(change)) for change in changes]


def _change_words(change: AssuranceChange) -> str:
    match change.cause:
        case "changed":
            return _("Name or number were changed; they are not proved any more")
        case "released":
            return _("The number was taken off this profile")
        case "displaced":
            return _("Somebody else proved that the number is theirs")
    return level_label(change.level)


def _maker(change: AssuranceChange) -> str:
    if change.cause == "displaced":
        return ""
    if change.officer:
        return f"{change.officer.name}, {change.officer.agency.title}"
    return change.register


def accounts_with_access(resident: Resident) -> list[User]:
    """Return the accounts that can read this profile: its own, else those of family members."""
    if resident.user_id:
        return [resident.user] if resident.user else []
    return [tie.resident.user for tie in resident.tied_by.select_related("resident__user") if tie.resident.user]


def account_hints(resident: Resident) -> list[str]:
    """Return the contacts of those accounts, masked: enough to compare, too little to learn."""
    return [contact_of(user).hint for user in accounts_with_access(resident)]


def is_safe_at_counter(resident: Resident) -> bool:
    """Return True if an officer may apply for this profile: it is proved, or no account can read it."""
    return resident.assurance > Assurance.TYPED or not accounts_with_access(resident)


def forbid_own_profile(by: Actor, resident: Resident) -> None:
    """Raise NotAllowed if the profile is the officer's own or a family member's."""
    if by.user_id is not None and by.user_id in {user.pk for user in accounts_with_access(resident)}:
        raise NotAllowed(_("This is your own profile or your family's. A colleague proves it."))


def change_level(
    by: Actor, resident: Resident, level: Assurance, proof: Proof, *, officer: Officer | None = None, tell: bool = True
) -> AssuranceChange:
    """Record a change of level of a locked profile. Called inside an action, after its checks.

    Args:
        officer: the one who saw the person, if not the actor.
        tell: notify the person; never done for a change of their own.
    """
    change = AssuranceChange.objects.create(
        resident=resident,
        level=level,
        previous=resident.assurance,
        cause=proof.cause,
        officer=officer or queries.officer_of(by),
        register=proof.register,
        evidence=proof.evidence,
        reason=proof.reason,
        successor=proof.successor,
        dispute=proof.dispute,
    )
    resident.assurance = level
    resident.save(update_fields=["assurance", "updated_at"])
    detail = {"level": level_name(level), "previous": level_name(change.previous), "cause": proof.cause}
    audit.record(by=by, action="people.assurance-changed", subject=f"resident:{resident.pk}", detail=detail)
    if tell and proof.cause != "changed":
        events.publish(AssuranceChanged(change.pk))
    return change


def lower_after_edit(by: Actor, resident: Resident, changed: set[str]) -> None:
    """Reset the level when the person edits name or number, which were proved together."""
    if resident.assurance and changed & {"name", "national-id"}:
        change_level(by, resident, Assurance.TYPED, Proof("changed"))


def remove_number(by: Actor, resident: Resident, proof: Proof) -> None:
    """Remove the national number of a locked profile and reset its level."""
    change_level(by, resident, Assurance.TYPED, proof)
    encrypted_fields.clear_national_id(resident)
    resident.save()
