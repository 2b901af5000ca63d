"""Management of an agency's officers and their roles, with the history of changes."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kini.cases.desk.queue_address import clean_query_text
from kini.city import queries as city_queries
from kini.city.models import Agency, Area
from kini.city.public import pack
from kini.core.actors import ActionRefused, Actor
from kini.core.grants import Grant, Scope
from kini.core.models import AuditEntry
from kini.people import actions, queries
from kini.people.models import DirectoryLink, Officer, RoleGrant
from kini.people.public import PeoplePermission, Role, configured_directory, contacts, officers_only, roles
from kini.people.queries import actor_for
from kini.people.rules import may, may_all
from kini.services import queries as service_queries
from kini.services.models import Service
from kini.web.redirects import see_other

MANAGE = PeoplePermission.MANAGE_OFFICERS
PER_PAGE = 50
#: Number of history entries shown.
LATEST = 50


@dataclass(frozen=True, slots=True)
class HeldRole:
    """Role held by an officer. `takeable`: the visitor may revoke it."""

    pk: int
    name: str
    about: str
    where: str
    services: str
    takeable: bool


@dataclass(frozen=True, slots=True)
class RoleOffer:
    """Role that can be granted, with its description and permissions."""

    id: str
    name: str
    about: str
    may: str


@officers_only(MANAGE)
@require_safe
def officers(request: HttpRequest) -> HttpResponse:
    """List officers of the agencies that the visitor manages."""
    actor, search = actor_for(request), clean_query_text(request.GET.get("q", ""))
    managed = queries.managed_officers(actor)
    if search:
        managed = managed.filter(Q(name__icontains=search) | Q(user__email__iexact=search) | Q(user__phone=search))
    page = Paginator(managed, PER_PAGE).get_page(request.GET.get("page"))
    rows = [(officer, masked(officer), [role_name(g.role) for g in officer.role_grants.all()]) for officer in page]
    context = {"page": page, "rows": rows, "asked": search, "may_add": bool(_whole_agencies(actor))}
    return render(request, "cases/desk/officers.html", context)


@officers_only(MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def add_officer(request: HttpRequest) -> HttpResponse:
    """Invite an officer by phone number or e-mail address."""
    actor = actor_for(request)
    agencies = _whole_agencies(actor)
    typed = {name: clean_query_text(request.POST.get(name, "")) for name in ("contact", "name", "agency")}
    errors: list[tuple[str, str]] = []
    if request.method == "POST":
        agency = next((each for each in agencies if each.pk == typed["agency"]), None)
        try:
            officer = _invited(actor, typed, agency)
        except contacts.ContactError as fault:
            errors = [("contact", str(fault))]
        except ActionRefused as refusal:
            errors = [("name" if not typed["name"] else "contact" if agency else "agency", str(refusal))]
        else:
            words = _("%(name)s gets a message about it. Now give them a role.")
            messages.success(request, words % {"name": officer.name})
            return see_other("cases:desk-officer", officer.pk)
    context = {"agencies": agencies, "typed": typed, "errors": errors, "wrong": dict(errors)}
    return render(request, "cases/desk/officer_add.html", context, status=422 if errors else 200)


def _invited(actor: Actor, typed: dict[str, str], agency: Agency | None) -> Officer:
    if agency is None:
        raise ActionRefused(_("Choose the agency."))
    contact = contacts.parse_contact(typed["contact"], pack.current().country)
    return actions.invite_officer(by=actor, contact=contact, agency=agency, name=typed["name"])


@officers_only(MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def officer(request: HttpRequest, officer: int) -> HttpResponse:
    """Show an officer with roles and history; POST grants a role."""
    actor, managed = _managed(request, officer)
    if request.method != "POST":
        return _page(request, actor, managed)
    services = [clean_query_text(each) for each in request.POST.getlist("services")]

    def give() -> None:
        if not set(services) <= {pk for pk, _name in _services(actor, managed)}:
            raise ActionRefused(_("Choose services of this agency."))
        role, area = (
            clean_query_text(request.POST.get("role", "")),
            city_queries.chosen_area(request.POST.get("area", "")),
        )
        actions.grant_role(by=actor, officer=managed, role=role, area=area, services=services)

    return _done(request, actor, managed, give, _("The role has been given."))


@officers_only(MANAGE)
@require_POST
def revoke_role(request: HttpRequest, officer: int, grant: int) -> HttpResponse:
    """Revoke a role. Idempotent."""
    actor, managed = _managed(request, officer)
    role_grant = RoleGrant.objects.select_related("area", "officer").filter(pk=grant, officer=managed).first()

    def deed() -> None:
        if role_grant:
            actions.withdraw_role(by=actor, grant=role_grant)

    return _done(request, actor, managed, deed, _("The role has been revoked."))


@officers_only(MANAGE)
@require_POST
def set_officer_active(request: HttpRequest, officer: int) -> HttpResponse:
    """Deactivate or reactivate an officer (`active`: yes)."""
    actor, managed = _managed(request, officer)
    active = request.POST.get("active") == "yes"
    change = actions.reactivate_officer if active else actions.deactivate_officer
    words = _("%(name)s can work as an officer again.") if active else _("%(name)s can no longer work as an officer.")
    return _done(request, actor, managed, lambda: change(by=actor, officer=managed), words % {"name": managed.name})


@officers_only(MANAGE)
@require_POST
def link_to_directory(request: HttpRequest, officer: int) -> HttpResponse:
    """Link an officer to an address in the city's directory; an empty one removes the link."""
    actor, managed = _managed(request, officer)
    if configured_directory() is None:
        raise Http404
    email = clean_query_text(request.POST.get("directory", ""))
    words = _("%(name)s can sign in through the directory.") if email else _("The link to the directory is ended.")
    return _done(
        request,
        actor,
        managed,
        lambda: actions.link_directory(by=actor, officer=managed, email=email),
        words % {"name": managed.name},
    )


def _done(request: HttpRequest, actor: Actor, officer: Officer, action: Callable[[], Any], words: str) -> HttpResponse:
    """Run the action and confirm it, or show the page with the refusal."""
    try:
        action()
    except (ActionRefused, contacts.ContactError) as refusal:
        return _page(request, actor, officer, str(refusal))
    messages.success(request, words)
    return see_other("cases:desk-officer", officer.pk)


def _managed(request: HttpRequest, pk: int) -> tuple[Actor, Officer]:
    actor = actor_for(request)
    managed = queries.managed_officers(actor).filter(pk=pk).first()
    if managed is None:
        raise Http404
    return actor, managed


def _page(request: HttpRequest, actor: Actor, officer: Officer, error: str = "") -> HttpResponse:
    services, oneself = _services(actor, officer), officer.user_id == actor.user_id
    offers = [] if oneself else _offers(actor, officer)
    anchor = next((name for name in ("role", "directory") if name in request.POST and not oneself), "")
    linked = DirectoryLink.objects.filter(officer=officer).first()
    context = {
        "officer": officer,
        "contact": masked(officer),
        "held": [_held(actor, officer, grant, dict(services)) for grant in officer.role_grants.all()],
        "oneself": oneself,
        "offers": offers,
        "whole": may(actor, MANAGE, Scope(officer.agency_id)) or not _paths(actor, officer),
        "areas": _areas(actor, officer),
        "services": services,
        "errors": [(anchor, error)] if error else [],
        "typed": {name: clean_query_text(request.POST.get(name, "")) for name in ("role", "area")},
        "directory": None if oneself else configured_directory(),
        "directory_email": clean_query_text(request.POST.get("directory", linked.email if linked else "")),
        "ticked": request.POST.getlist("services"),
        "history": _history(officer),
    }
    return render(request, "cases/desk/officer.html", context, status=422 if error else 200)


# Roles and scopes that a manager may grant


def _grants(actor: Actor, agency: str) -> list[Grant]:
    """Grants of the manager that allow managing officers of that agency."""
    return [grant for grant in actor.grants if grant.agency == agency and MANAGE in grant.permissions]


def _whole_agencies(actor: Actor) -> list[Agency]:
    """Agencies of which the manager manages all officers."""
    ids = {grant.agency for grant in actor.grants if may(actor, MANAGE, Scope(grant.agency))}
    return list(Agency.objects.filter(pk__in=ids, active=True).order_by("short_name"))


def _offers(actor: Actor, officer: Officer) -> list[RoleOffer]:
    """Roles with no permission that the manager lacks in that agency."""
    scopes = [
        Scope(grant.agency, grant.area_path, service)
        for grant in _grants(actor, officer.agency_id)
        for service in grant.services or [""]
    ]
    able = [(pk, role) for pk, role in roles().items() if any(may_all(actor, role.may, scope) for scope in scopes)]
    offers = [RoleOffer(pk, str(role.name), str(role.about), may_words(role)) for pk, role in able]
    return sorted(offers, key=lambda offer: offer.name.casefold())


def may_words(role: Role) -> str:
    """Permissions of a role as a list in words."""
    return ", ".join(str(permission.label) for permission in role.may)


def _paths(actor: Actor, officer: Officer) -> list[str]:
    """Area paths that the manager manages; empty means all."""
    paths = [grant.area_path for grant in _grants(actor, officer.agency_id)]
    return [] if "" in paths else paths


def _areas(actor: Actor, officer: Officer) -> list[Area]:
    inside = Q()
    for path in _paths(actor, officer):
        inside |= Q(path=path) | Q(path__startswith=f"{path}/")
    return list(Area.objects.filter(inside, active=True, depth__gt=0).order_by("path"))


def _services(actor: Actor, officer: Officer) -> list[tuple[str, str]]:
    """(id, name) of services of the agency that the manager manages, by name."""
    limits = [grant.services for grant in _grants(actor, officer.agency_id)]
    offered = Service.objects.filter(active=True, agency_id=officer.agency_id)
    if all(limits):
        offered = offered.filter(pk__in=frozenset().union(*limits))
    return [(card.id, str(card.name)) for card in service_queries.sort_by_name(service_queries.cards_of(offered))]


# In words


def masked(officer: Officer) -> str:
    """Contact masked but recognisable."""
    return contacts.contact_of(officer.user).masked


def role_name(role: str) -> str:
    """Name of a role in the pack; its id if the pack no longer defines it."""
    definition = roles().get(role)
    return str(definition.name) if definition else role


def _held(actor: Actor, officer: Officer, grant: RoleGrant, names: dict[str, str]) -> HeldRole:
    role = roles().get(grant.role)
    scopes = [Scope(officer.agency_id, grant.area.path if grant.area else "", each) for each in grant.services or [""]]
    needed = [MANAGE, *(role.may if role else ())]
    takeable = officer.user_id != actor.user_id and all(may_all(actor, needed, scope) for scope in scopes)
    where = grant.area.name if grant.area else _("The whole city")
    services = ", ".join(names.get(each, each) for each in grant.services)
    return HeldRole(grant.pk, role_name(grant.role), str(role.about) if role else "", where, services, takeable)


def _history(officer: Officer) -> list[tuple[AuditEntry, str, str]]:
    """Rows (entry, sentence, actor), latest first."""
    entries = list(queries.officer_history(officer)[:LATEST])
    names = queries.officer_names(entry.actor_id for entry in entries)
    places = _places(entries)
    return [(entry, _sentence(entry, places), names.get(entry.actor_id or 0) or _("The program")) for entry in entries]


def _places(entries: Iterable[AuditEntry]) -> dict[str, str]:
    paths = {entry.detail.get("area") for entry in entries}
    return dict(Area.objects.filter(path__in=[path for path in paths if path]).values_list("path", "name"))


def _sentence(entry: AuditEntry, places: dict[str, str]) -> str:
    path = entry.detail.get("area") or ""
    words = {"role": role_name(entry.detail.get("role", "")), "where": places.get(path, path) or _("the whole city")}
    match entry.action:
        case "people.role-granted":
            return _("“%(role)s” given for %(where)s") % words
        case "people.role-withdrawn":
            return _("“%(role)s” revoked for %(where)s") % words
        case "people.directory-linked" if entry.detail.get("linked"):
            return _("Linked to the directory")
        case "people.directory-linked":
            return _("Link to the directory ended")
        case "people.officer-deactivated":
            return _("Work ended")
        case "people.officer-reactivated":
            return _("May work again")
    return _("Added as an officer")
