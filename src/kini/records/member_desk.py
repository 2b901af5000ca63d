"""Desk pages of memberships: officers at a facility, and on the team of one record."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Case, Count, Model, QuerySet, When
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kini.city.models import Unit
from kini.city.public import pack
from kini.core.actors import ActionRefused, Actor, NotAllowed
from kini.core.grants import Scope
from kini.core.ids import parse_pk
from kini.core.typed_values import parse_day
from kini.people.models import Officer
from kini.people.public import officers_only, permission_filters
from kini.people.queries import actor_for
from kini.people.rules import require
from kini.records import actions, queries
from kini.records.access import require_manages_team
from kini.records.models import Membership
from kini.records.permissions import MemberRole, RecordPermission
from kini.records.policies import policies
from kini.web.redirects import see_other

PER_PAGE, MOST_OFFICERS = 50, 20
OF_UNIT = permission_filters.ScopeColumns("agency_id", "area__path", "")


@dataclass(frozen=True, slots=True)
class _Group:
    """A facility, or the team of a record, on the page.

    Attributes:
        current: its memberships in force.
        add: adds an officer with a role until a time.
    """

    title: str
    url: str
    agency: str
    current: QuerySet[Membership]
    add: Callable[[Officer, MemberRole, datetime | None], Membership]


@officers_only(RecordPermission.MANAGE_MEMBERS)
@require_safe
def members(request: HttpRequest) -> HttpResponse:
    """List the facilities whose members the officer manages; a typed number leads to the team of a record."""
    by = actor_for(request)
    type_, number, name = (request.GET.get(each, "").strip()[:80] for each in ("type", "number", "q"))
    types = [each for each in policies if each.find and each.doors.team]
    if number and any(each.name == type_ for each in types):
        return redirect("records:desk-team", type_, number)
    units = Unit.objects.filter(permission_filters.visible_cases_q(by, RecordPermission.MANAGE_MEMBERS, OF_UNIT))
    if name:
        units = units.filter(name__icontains=name)
    current = queries.in_force_q("members__")
    units = units.filter(active=True).select_related("agency", "area")
    page = Paginator(
        units.annotate(count=Count("members", filter=current)).order_by("-count", "pk"), PER_PAGE
    ).get_page(request.GET.get("page"))
    context = {"page_obj": page, "q": name, "types": [(each.name, each.label) for each in types]}
    return render(request, "records/members.html", context)


@officers_only(RecordPermission.MANAGE_MEMBERS)
@require_http_methods(["GET", "HEAD", "POST"])
def facility(request: HttpRequest, unit: str) -> HttpResponse:
    """Show the members of a facility; POST adds one."""
    by, stored = actor_for(request), Unit.objects.select_related("area", "agency").filter(pk=unit).first()
    if stored is None:
        raise Http404
    require(by, RecordPermission.MANAGE_MEMBERS, Scope(stored.agency_id, stored.area.path))

    def add(officer: Officer, role: MemberRole, until: datetime | None) -> Membership:
        return actions.add_to_facility(by=by, officer=officer, facility=stored, role=role, until=until)

    url = reverse("records:desk-facility", args=[stored.pk])
    return _group_page(request, _Group(str(stored), url, stored.agency_id, queries.members_at(stored), add))


@officers_only(RecordPermission.MANAGE_MEMBERS)
@require_http_methods(["GET", "HEAD", "POST"])
def team(request: HttpRequest, type: str, number: str) -> HttpResponse:
    """Show the team of a record that the officer may read for their work; POST adds a member."""
    by, policy = actor_for(request), policies.find(type)
    record: Model | None = policy.find(number) if policy and policy.find else None
    if policy is None or record is None or not policy.doors.team:
        messages.warning(request, _("There is nothing with this number. Compare it letter by letter."))
        return see_other("records:desk-members")
    require_manages_team(by, record)

    def add(officer: Officer, role: MemberRole, until: datetime | None) -> Membership:
        return actions.add_to_team(by=by, officer=officer, record=record, role=role, until=until)

    agency = policy.facts(record).scope.agency
    title, url = f"{policy.label} {policy.number(record)}", reverse("records:desk-team", args=[type, number])
    return _group_page(request, _Group(title, url, agency, queries.members_of(record), add))


def _group_page(request: HttpRequest, group: _Group) -> HttpResponse:
    errors: list[tuple[str, str]] = []
    if request.method == "POST":
        errors = _added(request, group)
        if not errors:
            return redirect(group.url)
    name = (request.POST.get("q") or request.GET.get("q", "")).replace("\0", "").strip()[:80]
    officers = list(_officers(name, group)) if name else []
    if errors and not officers:
        errors = [("q", errors[0][1])]
    context = {
        "group": group,
        "members": group.current,
        "q": name,
        "officers": officers,
        "roles": MemberRole.choices,
        "typed": {each: request.POST.get(each, "") for each in ("officer", "role", "until")},
        "wrong": dict(errors),
        "errors": errors,
    }
    return render(request, "records/member_group.html", context, status=422 if errors else 200)


def _added(request: HttpRequest, group: _Group) -> list[tuple[str, str]]:
    """Add the chosen officer; return the errors by field."""
    chosen, role, until = (request.POST.get(each, "").strip() for each in ("officer", "role", "until"))
    officer = Officer.objects.filter(pk=parse_pk(chosen)).first()
    if officer is None:
        return [("officer", _("Choose the officer."))]
    if role not in MemberRole:
        return [("role", _("Choose what the officer does there."))]
    last_day = parse_day(until)
    if until and last_day is None:
        return [("until", _("Write the last day as day, month and year."))]
    try:
        group.add(officer, MemberRole(role), _end_of(last_day) if last_day else None)
    except ValueError:
        return [("until", _("Write the last day as day, month and year."))]
    except NotAllowed:
        raise
    except ActionRefused as refusal:
        return [("officer", str(refusal))]
    messages.success(request, _("%(name)s is a member now.") % {"name": officer.name})
    return []


def _end_of(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time.min, pack.current().timezone)


def _officers(name: str, group: _Group) -> QuerySet[Officer]:
    """Return active officers of that name who are no members, those of the group's own agency first."""
    officers = Officer.objects.filter(active=True, agency__active=True, name__icontains=name)
    others = officers.exclude(pk__in=group.current.values("officer"))
    own_first = Case(When(agency_id=group.agency, then=0), default=1)
    return others.select_related("agency").order_by(own_first, "name", "pk")[:MOST_OFFICERS]


@officers_only(RecordPermission.MANAGE_MEMBERS)
@require_POST
def end(request: HttpRequest, membership: int) -> HttpResponse:
    """End a membership."""
    stored = Membership.objects.select_related("facility", "officer").filter(pk=membership).first()
    if stored is None:
        raise Http404
    by = actor_for(request)
    try:
        actions.end_membership(by=by, membership=stored)
        messages.success(request, _("%(name)s is no member any more.") % {"name": stored.officer.name})
    except NotAllowed:
        raise
    except ActionRefused as refusal:
        messages.warning(request, str(refusal))
    return redirect(_address(by, stored))


def _address(by: Actor, membership: Membership) -> str:
    """Return the address of the page on which a membership stands."""
    if membership.facility_id:
        return reverse("records:desk-facility", args=[membership.facility_id])
    policy = policies.get(membership.record_type)
    record = policy.model._default_manager.get(pk=membership.record_id)
    return reverse("records:desk-team", args=[policy.name, policy.number(record)])
