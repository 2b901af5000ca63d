"""Pages for editing canned replies."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kini.cases import actions, rules
from kini.cases.desk.queue_address import clean_query_text
from kini.cases.models import CannedReply, CannedReplyVersion
from kini.cases.pages.forms import posted_text
from kini.cases.permissions import CasePermission
from kini.city.models import Agency
from kini.core.actors import ActionRefused, Actor, NotAllowed
from kini.core.grants import Scope
from kini.people.public import officers_only
from kini.people.queries import actor_for, officer_names
from kini.people.rules import may
from kini.services import queries as service_queries
from kini.services.models import Service
from kini.web.redirects import see_other

MANAGE = CasePermission.MANAGE_REPLIES


@dataclass(frozen=True, slots=True)
class ReplyScope:
    """Scope of a canned reply: an agency, and one of its services or (None) all."""

    agency: Agency
    service: Service | None
    label: str

    @property
    def key(self) -> str:
        return f"{self.agency.pk}/{self.service.pk if self.service else ''}"


def _homes(actor: Actor) -> list[ReplyScope]:
    """Scopes in which the officer may write replies, by agency and name."""
    mine = {grant.agency for grant in actor.grants if MANAGE in grant.permissions}
    homes: list[ReplyScope] = []
    for agency in Agency.objects.filter(pk__in=mine, active=True).order_by("short_name"):
        if may(actor, MANAGE, Scope(agency.pk)):
            homes.append(ReplyScope(agency, None, _("All services of %(agency)s") % {"agency": agency.short_name}))
        services = {service.pk: service for service in Service.objects.filter(active=True, agency=agency)}
        for card in service_queries.sort_by_name(service_queries.cards_of(services.values())):
            if may(actor, MANAGE, Scope(agency.pk, service=card.id)):
                homes.append(ReplyScope(agency, services[card.id], str(card.name)))
    return homes


@officers_only(MANAGE)
@require_safe
def replies(request: HttpRequest) -> HttpResponse:
    """List the replies that the officer may edit, grouped by service."""
    homes = {home.key: home for home in _homes(actor_for(request))}
    visible = CannedReply.objects.filter(agency__in={home.agency.pk for home in homes.values()})
    groups: dict[str, list[CannedReply]] = {key: [] for key in homes}
    for reply in visible.order_by("-active", "title"):
        groups.get(_key(reply), []).append(reply)
    shown = [(homes[key].label, rows) for key, rows in groups.items() if rows]
    return render(request, "cases/desk/replies.html", {"shelves": shown})


def _key(reply: CannedReply) -> str:
    return f"{reply.agency_id}/{reply.service_id or ''}"


@officers_only(MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def add_reply(request: HttpRequest) -> HttpResponse:
    """Create a reply."""
    actor = actor_for(request)
    homes = _homes(actor)
    home_key = clean_query_text(request.POST.get("home", "") or request.GET.get("home", ""))
    home = next((each for each in homes if each.key == home_key), None)
    typed = {"title": posted_text(request, "title"), "text": posted_text(request, "text"), "home": home_key}
    error = ("", "")
    if request.method == "POST":
        try:
            if home is None:
                raise ActionRefused(_("Choose what the reply is for."))
            agency, service = home.agency, home.service
            reply = actions.create_reply(by=actor, agency=agency, service=service, **_said(typed))
        except ActionRefused as refusal:
            error = (_where(typed) if home else "home", str(refusal))
        else:
            messages.success(request, _("“%(title)s” has been saved.") % {"title": reply.title})
            return see_other("cases:desk-replies")
    return _form(request, typed, error, homes=homes)


@officers_only(MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def edit_reply(request: HttpRequest, reply: int) -> HttpResponse:
    """Show a reply with its versions; POST updates it."""
    actor, stored = _managed(request, reply)
    typed, error = {"title": stored.title, "text": stored.text}, ("", "")
    if request.method == "POST":
        typed = {"title": posted_text(request, "title"), "text": posted_text(request, "text")}
        try:
            actions.update_reply(by=actor, reply=stored, **_said(typed))
        except ActionRefused as refusal:
            error = (_where(typed), str(refusal))
        else:
            messages.success(request, _("“%(title)s” has been saved.") % {"title": typed["title"]})
            return see_other("cases:desk-replies")
    about = {home.key: home.label for home in _homes(actor)}.get(_key(stored), "")
    return _form(request, typed, error, found=stored, about=about, versions=_versions(stored))


@officers_only(MANAGE)
@require_POST
def switch_reply(request: HttpRequest, reply: int) -> HttpResponse:
    """Deactivate or reactivate a reply (`active`: yes)."""
    actor, stored = _managed(request, reply)
    actions.set_reply_active(by=actor, reply=stored, active=request.POST.get("active") == "yes")
    return see_other("cases:desk-reply", stored.pk)


def _managed(request: HttpRequest, pk: int) -> tuple[Actor, CannedReply]:
    actor = actor_for(request)
    stored = CannedReply.objects.select_related("agency", "service").filter(pk=pk).first()
    if stored is None:
        raise Http404
    if not may(actor, MANAGE, Scope(stored.agency_id, service=stored.service_id or "")):
        raise NotAllowed(_("This reply belongs to somebody else."))
    return actor, stored


def _said(typed: dict[str, str]) -> dict[str, str]:
    return {"title": typed["title"], "text": typed["text"]}


def _where(typed: dict[str, str]) -> str:
    """Input that a refusal refers to."""
    return "title" if not typed["title"] or len(typed["title"]) > actions.MAX_REPLY_TITLE else "text"


def _form(request: HttpRequest, typed: dict[str, str], error: tuple[str, str], **more: Any) -> HttpResponse:
    errors = [error] if error[1] else []
    context = {"typed": typed, "errors": errors, "wrong": dict(errors), "placeholders": rules.PLACEHOLDERS, **more}
    return render(request, "cases/desk/reply.html", context, status=422 if errors else 200)


def _versions(reply: CannedReply) -> list[tuple[CannedReplyVersion, str]]:
    """Earlier versions with their authors, latest first."""
    rows = list(reply.versions.order_by("-number"))
    names = officer_names(row.by_id for row in rows)
    return [(row, names.get(row.by_id or 0) or _("The program")) for row in rows]
