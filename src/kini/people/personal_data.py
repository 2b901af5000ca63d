"""Personal data categories of this room: profile, family, sign-in, OAuth clients, identity, access log, activity."""

from collections.abc import Iterator

from allauth.account.models import EmailAddress
from allauth.idp.oidc.models import Token
from allauth.mfa.models import Authenticator
from django.utils.translation import gettext_lazy as _

from kini.core.actors import Actor, system
from kini.core.models import AuditEntry, OutboxMessage
from kini.people import encrypted_fields, queries
from kini.people.access_entries import access_entries
from kini.people.assurance import Proof, assurance_history, change_level
from kini.people.models import Assurance, FamilyTie, KnownDevice, ProgramConsent, RegisterCheck, Resident, Session
from kini.people.personal_data_registry import (
    DataRecord,
    DataSubject,
    LegalBasis,
    PersonalDataCategory,
    personal_data_categories,
)

ACTIVITY_SHOWN = 5000


def _profile(person: DataSubject) -> Iterator[DataRecord]:
    resident, user = person.resident, person.user
    yield {
        "name": resident.name,
        "number": encrypted_fields.decrypt_field(resident, "national_id_sealed"),
        "family_card": encrypted_fields.decrypt_field(resident, "family_card_sealed"),
        "birth_date": resident.birth_date,
        "sex": resident.sex,
        "phone": user.phone or resident.phone,
        "email": user.email or resident.email,
        "address": resident.address,
        "area": str(resident.area) if resident.area else "",
        "language": user.language,
        "since": user.created_at,
    }


def anonymise_profile(resident: Resident) -> None:
    """Clear everything that identifies the person; the row stays for foreign keys."""
    if resident.assurance:
        change_level(system("erasure"), resident, Assurance.TYPED, Proof("released"), tell=False)
    encrypted_fields.clear_national_id(resident)
    resident.family_card_sealed = resident.family_card_hash = resident.area = None
    resident.name = resident.phone = resident.email = resident.address = ""
    resident.save()


def _erase_profile(by: Actor, person: DataSubject) -> int:
    user = person.user
    for recipient in filter(None, (user.phone, user.email)):
        OutboxMessage.objects.filter(recipient=recipient).delete()
    anonymise_profile(person.resident)
    user.phone, user.phone_verified, user.email, user.language = None, False, None, ""
    user.is_active = False
    user.save()
    return 1


def _family(person: DataSubject) -> Iterator[DataRecord]:
    for tie in queries.family_of(person.resident):
        own = {"name": tie.member.name, "relation": tie.relation, "since": tie.created_at}
        number = "" if tie.member.user_id else encrypted_fields.decrypt_field(tie.member, "national_id_sealed")
        yield own | {"number": number, "birth_date": tie.member.birth_date}


def _erase_family(by: Actor, person: DataSubject) -> int:
    """Anonymise members whom nobody else represents; cases about them keep their own retention term."""
    members = [tie.member for tie in queries.family_of(person.resident) if tie.member.user_id is None]
    count, _rows = FamilyTie.objects.filter(resident=person.resident).delete()
    FamilyTie.objects.filter(member=person.resident).delete()
    for member in members:
        if not member.tied_by.exists():
            anonymise_profile(member)
    return count


def _security(person: DataSubject) -> Iterator[DataRecord]:
    for session in Session.objects.filter(user=person.user).order_by("began_at"):
        yield {"what": _("Session"), "name": session.device, "since": session.began_at, "used": session.seen_at}
    for device in KnownDevice.objects.filter(user=person.user).order_by("first_at"):
        yield {"what": _("Known device"), "name": device.name, "since": device.first_at, "used": device.last_at}
    for each in Authenticator.objects.filter(user=person.user).order_by("created_at"):
        kind = _("Passkey") if each.type == Authenticator.Type.WEBAUTHN else _("Second step")
        yield {"what": kind, "name": each.type, "since": each.created_at, "used": each.last_used_at}


def _erase_security(by: Actor, person: DataSubject) -> int:
    EmailAddress.objects.filter(user=person.user).delete()
    KnownDevice.objects.filter(user=person.user).delete()
    count, _rows = Authenticator.objects.filter(user=person.user).delete()
    sessions, _rows = Session.objects.filter(user=person.user).delete()
    return count + sessions


def _programs(person: DataSubject) -> Iterator[DataRecord]:
    for program in queries.authorized_apps_of(person.user):
        yield {"name": program.name, "since": program.since, "may": list(program.words)}


def _erase_programs(by: Actor, person: DataSubject) -> int:
    ProgramConsent.objects.filter(user=person.user).delete()
    count, _rows = Token.objects.filter(user=person.user).delete()
    return count


def _identity(person: DataSubject) -> Iterator[DataRecord]:
    for entry in assurance_history(person.resident):
        yield {"at": entry.at, "what": entry.words, "who": entry.by}
    for check in person.resident.register_checks.order_by("-pk"):
        yield {"at": check.asked_at, "what": check.consent, "who": check.register}


def _erase_identity(by: Actor, person: DataSubject) -> int:
    count, _rows = RegisterCheck.objects.filter(resident=person.resident).delete()
    return count


def _looks(person: DataSubject) -> Iterator[DataRecord]:
    for entry in access_entries(queries.access_log_of(person.resident), person.resident.pk):
        reason = " ".join(filter(None, (entry.purpose, entry.reason)))
        yield {"at": entry.at, "what": entry.what, "who": entry.who, "reason": reason, "case": entry.reference}


def _activity(person: DataSubject) -> Iterator[DataRecord]:
    for entry in AuditEntry.objects.filter(actor_id=person.user.pk).order_by("-id")[:ACTIVITY_SHOWN]:
        yield {"at": entry.at, "action": entry.action, "subject": entry.subject}


def register() -> None:
    """Register the categories of this room; called once, from `AppConfig.ready`."""
    yourself, officers = _("You"), _("You, and officers who work on your requests; every access is logged")
    name, since = _("Name"), _("Since")
    for each in (
        PersonalDataCategory(
            "people.profile",
            _("Profile"),
            _("Name, identity numbers, birth date, phone, e-mail, address, language"),
            _("So that you are asked once, and reached"),
            LegalBasis.TASK,
            officers,
            {
                "name": name,
                "number": _("National number"),
                "family_card": _("Family card number"),
                "birth_date": _("Birth date"),
                "sex": _("Sex"),
                "phone": _("Phone"),
                "email": _("E-mail"),
                "address": _("Address"),
                "area": _("Area"),
                "language": _("Language"),
                "since": since,
            },
            _profile,
            erase=_erase_profile,
        ),
        PersonalDataCategory(
            "people.family",
            _("Family"),
            _("Persons for whom you may act, and how you are related"),
            _("So that you can apply for them"),
            LegalBasis.TASK,
            officers,
            {
                "name": name,
                "relation": _("Relation"),
                "number": _("National number"),
                "birth_date": _("Birth date"),
                "since": since,
            },
            _family,
            erase=_erase_family,
        ),
        PersonalDataCategory(
            "people.security",
            _("Sign-in"),
            _("Sessions with their device, passkeys, second steps"),
            _("So that nobody else signs in as you"),
            LegalBasis.INTEREST,
            yourself,
            {"what": _("Kind"), "name": name, "since": since, "used": _("Last used")},
            _security,
            rules=("people.sessions", "people.known-devices"),
            erase=_erase_security,
        ),
        PersonalDataCategory(
            "people.programs",
            _("Programs"),
            _("Programs that act for you, and what each may do"),
            _("So that they can do what you allowed"),
            LegalBasis.CONSENT,
            yourself,
            {"name": name, "since": since, "may": _("What it may do")},
            _programs,
            erase=_erase_programs,
            optional="programs",
        ),
        PersonalDataCategory(
            "people.identity",
            _("Proofs of who you are"),
            _("When, by whom and by which document or register your identity was proved"),
            _("So that nobody acts under your number"),
            LegalBasis.TASK,
            officers,
            {"at": _("When"), "what": _("What"), "who": _("By whom")},
            _identity,
            rules=("people.register-checks",),
            erase=_erase_identity,
            stays=_("That your identity was proved stays on record, without your name and number."),
        ),
        PersonalDataCategory(
            "people.access-log",
            _("Who looked at your data"),
            _("Which officer looked at what, when, and why"),
            _("So that you can see it"),
            LegalBasis.LAW,
            _("You, and the data protection officer"),
            {
                "at": _("When"),
                "what": _("What"),
                "who": _("Officer"),
                "reason": _("Reason"),
                "case": _("Case"),
            },
            _looks,
            rules=("people.access-log",),
            stays=_("Who looked at your data stays on record, so that misuse can be found."),
        ),
        PersonalDataCategory(
            "people.activity",
            _("Activity"),
            _("What you did here, and when, by the number of your account"),
            _("So that errors and misuse can be found"),
            LegalBasis.INTEREST,
            _("Operators of the platform"),
            {"at": _("When"), "action": _("What"), "subject": _("About")},
            _activity,
            rules=("core.audit",),
            stays=_("The record of what was done stays, under a number that no longer identifies anybody."),
        ),
    ):
        personal_data_categories.register(each.name, each)
