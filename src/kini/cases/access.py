"""Access to cases: roles of an actor towards a case (as flow edges require them) and guards for actions."""

from collections.abc import Iterable
from secrets import compare_digest

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kini.cases.locking import is_begun_by_message
from kini.cases.models import Case, Draft
from kini.cases.permissions import CasePermission
from kini.cases.rules import RESIDENT, SYSTEM
from kini.core.actors import ActionRefused, Actor, ActorKind, NotAllowed
from kini.core.attempt_limits import Limit
from kini.core.grants import Scope
from kini.people import queries as people_queries
from kini.people.models import FamilyTie, Officer, Resident
from kini.people.public import Household, PeoplePermission, Permission, assurance, assurance_levels, household_of
from kini.people.rules import may, may_somewhere, require, roles_for_scope
from kini.services.models import Service
from kini.services.public import kinds

#: Limit on drafts and cases that guests start from one network, which many phones may share.
GUEST_DRAFTS = Limit("cases.guest-draft", count=120, seconds=3600)
CONFLICT_MESSAGE = gettext_lazy("This case is your own or your family's. A colleague works on it.")


def scope_of(case: Case) -> Scope:
    """Permission scope of a case."""
    return Scope(case.agency_id, case.area_path, case.service_id)


def own_or_family_q(user_id: int) -> Q:
    """Condition on rows with a `resident`: the user, or a family member without an account."""
    family = FamilyTie.objects.filter(resident__user_id=user_id, member__user__isnull=True)
    return Q(resident__user_id=user_id) | Q(resident_id__in=family.values("member_id"))


def conflict_of_interest_q(user_id: int) -> Q:
    """Condition on cases in which an account's person has a conflict of interest (`_concerns`)."""
    household = household_of(user_id)
    sent_in = Q(submitted_by_id__in=household.accounts) & ~Q(channel="counter")
    return Q(resident_id__in=household.residents) | sent_in


def _concerns(household: Household, case: Case) -> bool:
    """Return True if the case is for a member of the household, or was submitted by one of its accounts. Cases
    submitted at a counter do not count: there officers help others.
    """
    if case.resident_id in household.residents:
        return True
    return case.submitted_by_id in household.accounts and case.channel != "counter"


def has_conflict_of_interest(by: Actor, case: Case) -> bool:
    """Return True if the case concerns the actor or their household; only colleagues may work on it. One query."""
    return _concerns(household_of(by.user_id), case)


def is_own_case(by: Actor, case: Case, guest_key: str = "") -> bool:
    """Return True if the case is the actor's own: for themselves, for family, or opened by a guest's secret link."""
    if _opened_by_link(case, guest_key):
        return True
    if by.user_id is None or case.resident_id is None:
        return False
    return Case.objects.filter(own_or_family_q(by.user_id), pk=case.pk).exists()


def _opened_by_link(case: Case, guest_key: str) -> bool:
    return bool(case.guest_key and guest_key) and compare_digest(case.guest_key, guest_key)


def case_roles(by: Actor, case: Case, guest_key: str = "") -> frozenset[str]:
    """Roles of the actor towards a case: role ids, "resident" or "system".

    An officer has no role in a case of their own household. An officer who applied for somebody at a counter may also
    act as the resident.
    """
    if by.kind is ActorKind.SYSTEM:
        return frozenset({SYSTEM})
    if by.is_officer and not _opened_by_link(case, guest_key):
        return case_roles_by_id(by, [case])[case.pk]
    return frozenset({RESIDENT}) if is_own_case(by, case, guest_key) else _at_work(by, case)


def case_roles_by_id(by: Actor, cases: Iterable[Case]) -> dict[int, frozenset[str]]:
    """Roles of an officer towards each of many cases, by case id. One query, two if any of the cases is related."""
    household, some = household_of(by.user_id), {case.pk: case for case in cases}
    related = [pk for pk, case in some.items() if _concerns(household, case)]
    own = set(Case.objects.filter(own_or_family_q(by.user_id or 0), pk__in=related).values_list("pk", flat=True))
    conflicts = {pk: frozenset({RESIDENT}) if pk in own else frozenset[str]() for pk in related}
    return {pk: _at_work(by, case) for pk, case in some.items() if pk not in conflicts} | conflicts


def _at_work(by: Actor, case: Case) -> frozenset[str]:
    """Roles of an actor who has no conflict of interest in the case."""
    if not by.is_officer:
        return frozenset()
    scope = scope_of(case)
    needed = CasePermission.REOPEN if case.closed_at else CasePermission.ACT
    roles = roles_for_scope(by, scope) if may(by, needed, scope) else frozenset()
    helps = case.submitted_by_id == by.user_id and may_somewhere(by, PeoplePermission.APPLY_FOR_OTHERS)
    return roles | ({RESIDENT} if helps else frozenset())


def require_at_desk(by: Actor, permission: Permission, case: Case) -> None:
    """Require the permission over the case, and no conflict of interest.

    Raises:
        NotAllowed: with a sentence for the actor.
    """
    require(by, permission, scope_of(case))
    require_no_conflict(by, case)


def require_no_conflict(by: Actor, case: Case) -> None:
    """Refuse officers whose own case, or whose household's case, this is.

    Raises:
        NotAllowed: with a sentence for the actor.
    """
    if has_conflict_of_interest(by, case):
        raise NotAllowed(str(CONFLICT_MESSAGE))


def require_own_draft(by: Actor, draft: Draft, guest_key: str = "") -> None:
    """Require that the actor owns the draft or, once it was submitted, the case.

    Raises:
        NotAllowed: in words that do not say whether there is such a draft.
    """
    owned = draft.owner_id == by.user_id if draft.owner_id else bool(by.session) and draft.session == by.session
    if by.kind is ActorKind.SYSTEM or owned or is_begun_by_message(draft):
        return
    if not (draft.case and RESIDENT in case_roles(by, draft.case, guest_key)):
        raise NotAllowed(_("This belongs to somebody else. Sign in as the person who started it."))


def require_may_start(by: Actor, service: Service, resident: Resident | None) -> None:
    """Require that the actor may start an application for this service and person now.

    Raises:
        NotAllowed: when the actor may not apply for that person, or must sign in first.
        ActionRefused: when the service is not offered.
    """
    kind = kinds.find(service.kind)
    if kind is None or not kind.has_cases:
        raise ActionRefused(_("You cannot start this service here yet. Its page lists other ways to apply."))
    if by.kind is ActorKind.GUEST and kind.sign_in == "required":
        raise NotAllowed(_("Sign in first. This service needs to know who you are."))
    if not may_apply_for(by, resident):
        raise NotAllowed(_("You cannot apply for this person. Add them to your family first."))
    if not service.active:
        raise ActionRefused(_("The city does not offer this service at the moment."))


def may_apply_for(by: Actor, resident: Resident | None) -> bool:
    """Return True if the actor may apply for that person (None: a guest, for themselves)."""
    match by.kind:
        case ActorKind.SYSTEM:
            return True
        case ActorKind.GUEST:
            return resident is None and bool(by.session)
    if resident is None or by.user_id is None:
        return False
    if resident.user_id == by.user_id:
        return True
    own = Resident.objects.filter(user_id=by.user_id).first()
    if own and people_queries.find_represented(own, resident.pk):
        return True
    return may_somewhere(by, PeoplePermission.APPLY_FOR_OTHERS) and assurance.is_safe_at_counter(resident)


def require_assurance(by: Actor, needed: assurance_levels.Level | None, resident: Resident | None) -> None:
    """Require the service's level of assurance from the applicant, or from the person at the officer's counter.

    Raises:
        AssuranceNeeded: names the way to reach the level.
    """
    if needed and by.kind is not ActorKind.SYSTEM:
        assurance_levels.require_level(_answerable(by, resident).assurance if resident else 0, needed)


def _answerable(by: Actor, resident: Resident) -> Resident:
    """Person whose level counts: the applicant, also for family; at a counter the person served there."""
    if by.user_id is None or resident.user_id == by.user_id:
        return resident
    own = Resident.objects.filter(user_id=by.user_id).first()
    return own if own and people_queries.find_represented(own, resident.pk) else resident


def may_hold(officer: Officer, case: Case) -> bool:
    """Return True if the officer may see the case and has no conflict of interest."""
    holder = people_queries.officer_actor(officer)
    return may(holder, CasePermission.SEE_CASES, scope_of(case)) and not has_conflict_of_interest(holder, case)
