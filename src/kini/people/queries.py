"""Queries of people: the actor of a request, officers, profiles, families, authorized clients, access log."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.idp.oidc.models import Client, Token
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.crypto import get_random_string

from kini.api.auth import scopes
from kini.city import queries as city_queries
from kini.core.actors import Actor, ActorKind
from kini.core.database.compiled_queries import CompiledQuery
from kini.core.database.fast_models import hydrate
from kini.core.grants import Grant, Scope
from kini.core.models import AuditEntry
from kini.people import encrypted_fields, mfa
from kini.people.contacts import Contact
from kini.people.models import (
    AccessLog,
    Assurance,
    FamilyTie,
    Officer,
    Operator,
    Person,
    PersonIdentifier,
    ProgramConsent,
    Resident,
    User,
)
from kini.people.permissions import PeoplePermission, Permission
from kini.people.persons.likely_duplicates import known_persons as known_persons
from kini.people.persons.likely_duplicates import likely_duplicates as likely_duplicates
from kini.people.persons.likely_duplicates import persons_like as persons_like
from kini.people.persons.models import NATIONAL_ID
from kini.people.persons.person_access import person_reference
from kini.people.persons.trees import person_tree as person_tree
from kini.people.persons.trees import root_of as root_of
from kini.people.persons.trees import trees_of as trees_of
from kini.people.roles import role_permissions

#: Session entry with a guest's own key. Unlike the session's key it survives sign-in, so that a guest's draft can be
#: continued after signing in.
GUEST_SESSION_KEY = "guest"
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
GRANT_COLUMNS = ("agency_id", "role_grants__role", "role_grants__area__path", "role_grants__services")


def actor_for(request: HttpRequest) -> Actor:
    """Return the actor of a request: an officer with grants, a resident, or a guest. One query per request, cached.

    A guest gets a key with their first unsafe request; before that `session` is empty.
    """
    cached: Actor | None = getattr(request, "_kini_actor", None)
    if (
        cached is None
        or cached.user_id != request.user.pk
        or (_is_new_guest(cached) and request.method not in SAFE_METHODS)
    ):
        cached = _actor(request, request.user)
        request._kini_actor = cached  # type: ignore[attr-defined]
    return cached


def _is_new_guest(actor: Actor) -> bool:
    return actor.kind is ActorKind.GUEST and not actor.session


def _actor(request: HttpRequest, user: AbstractBaseUser | AnonymousUser) -> Actor:
    session = str(request.session.get(GUEST_SESSION_KEY, ""))
    if user.pk is None:
        if not session and request.method not in SAFE_METHODS:
            session = request.session[GUEST_SESSION_KEY] = get_random_string(40)
        return Actor(ActorKind.GUEST, session=session)
    rows = _grants(user=user.pk)
    if not rows or not mfa.is_satisfied(request):
        return Actor(ActorKind.RESIDENT, user.pk, session=session)
    return Actor(ActorKind.OFFICER, user.pk, session=session, grants=build_grants(rows))


@CompiledQuery
def _grants(user: int) -> QuerySet[Officer, Any]:
    return _working().filter(user_id=user).values_list(*GRANT_COLUMNS)


def officer_actor(officer: Officer) -> Actor:
    """Build an officer's actor; without grants if the officer or the agency is inactive."""
    rows = _working().filter(pk=officer.pk).values_list(*GRANT_COLUMNS)
    return Actor(ActorKind.OFFICER, officer.user_id, grants=build_grants(rows))


def _working() -> QuerySet[Officer]:
    return Officer.objects.filter(active=True, agency__active=True)


def build_grants(rows: Iterable[Sequence[Any]]) -> tuple[Grant, ...]:
    """Build a grant per role from rows of GRANT_COLUMNS."""
    return tuple(
        Grant(role, frozenset(role_permissions(role)), agency, area_path or "", frozenset(services or ()))
        for agency, role, area_path, services in rows
        if role
    )


def officers_with_permission(scope: Scope, permission: Permission, role: str = "") -> list[Officer]:
    """Return the active officers of the scope's agency with that permission over it, by name. Two queries.

    Args:
        role: only those whose role this is.
    """
    grants: dict[int, list[tuple[Any, ...]]] = {}
    for pk, *row in _working().filter(agency_id=scope.agency).values_list("pk", *GRANT_COLUMNS):
        grants.setdefault(pk, []).append(tuple(row))
    able = [
        pk
        for pk, rows in grants.items()
        if any(
            permission in grant.permissions and grant.covers(scope) and role in ("", grant.role)
            for grant in build_grants(rows)
        )
    ]
    return list(Officer.objects.filter(pk__in=able).order_by("name", "pk"))


def officer_of(actor: Actor) -> Officer | None:
    """Return the active officer behind an actor, with the agency, or None."""
    if not actor.is_officer or actor.user_id is None:
        return None
    return _working().select_related("agency").filter(user_id=actor.user_id).first()


def managed_officers(actor: Actor) -> QuerySet[Officer]:
    """Return all officers, also inactive ones, of the agencies where the actor manages officers, by name."""
    agencies = {grant.agency for grant in actor.grants if PeoplePermission.MANAGE_OFFICERS in grant.permissions}
    officers = Officer.objects.filter(agency_id__in=agencies) if actor.is_officer else Officer.objects.none()
    return officers.select_related("agency", "user").prefetch_related("role_grants__area").order_by("name", "pk")


def is_operator(user_id: int | None) -> bool:
    """Return True for an active operator's account."""
    return user_id is not None and Operator.objects.filter(user_id=user_id, user__is_active=True).exists()


def officer_history(officer: Officer) -> QuerySet[AuditEntry]:
    """Return the audit entries about an officer, newest first."""
    return AuditEntry.objects.filter(subject=f"officer:{officer.pk}").order_by("-pk")


def officer_names(user_ids: Iterable[int | None]) -> dict[int, str]:
    """Map account ids to names of officers. One query."""
    return dict(Officer.objects.filter(user_id__in=set(user_ids)).values_list("user_id", "name"))


def resident_of(user: User) -> Resident:
    """Return the profile of an account, with the area.

    Raises:
        Resident.DoesNotExist: if the account never signed in.
    """
    return Resident.objects.select_related("area").get(user=user)


def own_profile(actor: Actor) -> Resident:
    """Return the profile of an actor, with the area. One prepared statement.

    Raises:
        Resident.DoesNotExist: if they never signed in.
    """
    rows = _profile(user=actor.user_id or 0)
    if not rows:
        raise Resident.DoesNotExist
    area = rows[0][_AREA]
    return hydrate(Resident, PROFILE, rows[0], area=city_queries.area(area, active=False) if area else None)


PROFILE = tuple(field.attname for field in Resident._meta.concrete_fields)
_AREA = PROFILE.index("area_id")


@CompiledQuery
def _profile(user: int) -> QuerySet[Resident, Any]:
    return Resident.objects.filter(user_id=user).values_list(*PROFILE)


def user_by_contact(contact: Contact) -> User | None:
    """Return the account that signs in with that contact, or None."""
    where = {"phone": contact.value} if contact.kind == "phone" else {"email__iexact": contact.value}
    return User.objects.filter(**where).first()


def resident_by_number(number: str) -> Resident | None:
    """Return the profile with that national number (in normalised form), or None."""
    return Resident.objects.select_related("area").filter(encrypted_fields.national_id_q(number)).first()


def person_by_identifier(type: str, value: str) -> Person | None:
    """Return the person (the root) with that identifier in force, in normal form, or None.

    A national number that an account has typed and nobody proved finds nobody: see `likely_duplicates`.
    """
    identifier = PersonIdentifier.objects.filter(type=type, value=value, ended_at=None).select_related("person").first()
    if identifier:
        return root_of(identifier.person)
    profile = resident_by_number(value) if type == NATIONAL_ID else None
    return root_of(profile.person) if profile and profile.assurance > Assurance.TYPED else None


def family_of(resident: Resident) -> QuerySet[FamilyTie]:
    """Return the ties to the persons a resident may represent, oldest first."""
    return resident.ties.select_related("member", "member__area", "member__user").order_by("created_at", "pk")


def own_person_ids(resident: Resident) -> list[int]:
    """Return the ids of the persons whom a profile may read about: oneself, and family without an account."""
    ties = family_of(resident).filter(member__user__isnull=True)
    persons = [resident.person_id, *ties.values_list("member__person_id", flat=True)]
    return [pk for ids in trees_of(persons).values() for pk in ids]


def find_represented(resident: Resident, member_id: int) -> Resident | None:
    """Return the person with that id if it is the resident or a family member without an account, else None."""
    if member_id == resident.pk:
        return resident
    tie = family_of(resident).filter(member_id=member_id, member__user__isnull=True).first()
    return tie.member if tie else None


@dataclass(frozen=True, slots=True)
class AuthorizedApp:
    """An OAuth client that a person authorized: start, and labels of its scopes."""

    id: str
    name: str
    since: datetime
    words: tuple[str, ...]


def authorized_apps_of(user: User) -> list[AuthorizedApp]:
    """Return the clients with an active consent or a valid token of the user, by name."""
    apps: dict[str, tuple[str, datetime, set[str]]] = {}
    consents = ProgramConsent.objects.filter(user=user, stopped_at=None).select_related("client")
    for consent in consents:
        apps[consent.client_id] = (consent.client.name, consent.allowed_at, set(consent.scopes))
    tokens = Token.objects.valid().filter(user=user, client__isnull=False).select_related("client")
    for token in tokens.order_by("created_at"):
        _name, _since, names = apps.setdefault(token.client.pk, (token.client.name, token.created_at, set()))
        names.update(token.get_scopes())
    result = (AuthorizedApp(pk, name, since, scope_labels(names)) for pk, (name, since, names) in apps.items())
    return sorted(result, key=lambda program: (program.name, program.id))


def is_allowed(user_id: int, client: Client, names: Iterable[str], *, lock: bool = False) -> bool:
    """Return True if the person granted this client all of these scopes.

    Args:
        lock: lock the consent until the transaction ends, so that it cannot be revoked in between.
    """
    living = ProgramConsent.objects.filter(user_id=user_id, client=client, stopped_at=None)
    consent = (living.select_for_update() if lock else living).first()
    return consent is not None and set(names) <= set(consent.scopes)


def token_family(token: Token) -> str:
    """Return the family (authorization) of a token; a token older than families is its own."""
    return str((token.data or {}).get("family", token.hash))


def scope_labels(names: Collection[str]) -> tuple[str, ...]:
    """Return the labels of scopes."""
    return tuple(str(scope.words) for scope in scopes if scope.name in names)


def access_log_of(resident: Resident) -> QuerySet[AccessLog]:
    """Return the accesses to the data of a resident and of family members without an account, newest first."""
    family = FamilyTie.objects.filter(resident=resident, member__user__isnull=True)
    persons = [resident.person_id, *family.values_list("member__person_id", flat=True)]
    records = [pk for ids in trees_of(persons).values() for pk in ids]
    references = [person_reference(pk) for pk in records]
    return _entries().filter(Q(resident__person_id__in=records) | Q(reference__in=references))


def access_log_of_case(reference: str) -> QuerySet[AccessLog]:
    """Return the accesses for one case, newest first."""
    return _entries().filter(reference=reference)


def _entries() -> QuerySet[AccessLog]:
    return AccessLog.objects.select_related("officer__agency", "resident").order_by("-at", "-pk")
