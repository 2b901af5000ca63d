"""Start of an application: panel on a service's start page, with existing drafts."""

from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.datastructures import MultiValueDict
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from kini.cases import access, actions, queries
from kini.cases.models import Draft
from kini.core import attempt_limits
from kini.core.actors import ActionRefused, Actor
from kini.core.client_address import client_network
from kini.core.ids import parse_pk
from kini.people import actions as people_actions
from kini.people import queries as people_queries
from kini.people.models import Resident, User
from kini.people.public import assurance_levels
from kini.people.queries import actor_for
from kini.services import queries as services_queries
from kini.services.models import Service
from kini.services.public import FormData, InvalidAnswer, ServiceSnapshot, kinds, snapshot_of
from kini.web.csrf import same_origin_suffices
from kini.web.redirects import SeeOther

FOR_WHOM = "for_whom"
#: Choice of somebody who is not on the family list yet.
SOMEBODY_ELSE = "new"
#: The button, and the session key under which its form waits for the sign-in: {service: form}.
BEGIN, BEGUN = "begin", "begun_service"
MOST_REMEMBERED = 2_000
#: Prefix of inputs with answers that the linking page knows.
KNOWN = "known."
MOST_SHOWN = 3


@same_origin_suffices
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest, service: str) -> HttpResponse:
    """Start an application, or continue an untouched draft. GET goes on with what was begun before signing in.

    The form has no CSRF token, so that start pages are cacheable for anonymous visitors (web/csrf.py).
    """
    address = reverse("cases:start", args=[service])
    sent = request.POST
    if request.method != "POST":
        sent = QueryDict(request.session.pop(BEGUN, {}).get(service, ""))
        if not sent:
            return redirect("services:service", service=service)
    offered = _offered(service)
    kind = kinds.find(offered.kind)
    if kind is None or not kind.has_cases or offered.current is None:
        raise ActionRefused(_("You cannot start this service here yet. Its page lists other ways to apply."))
    actor = actor_for(request)
    whom = request.GET.get(FOR_WHOM) or sent.get(FOR_WHOM, "")
    if actor.user_id is None and kind.sign_in == "required":
        _remember(request, service, sent)
        return redirect_to_login(address)
    if actor.user_id is None:
        attempt_limits.consume(access.GUEST_DRAFTS, client_network(request))
    elif whom == SOMEBODY_ELSE:
        _remember(request, service, sent)
        return SeeOther(f"{reverse('people:add-member')}?{urlencode({'next': address})}")
    resident = _for_whom(request, actor, whom)
    draft = _untouched(actor, offered, resident)
    if draft is None:
        try:
            draft = actions.start_draft(by=actor, version=offered.current, resident=resident)
        except assurance_levels.AssuranceNeeded as refusal:
            return SeeOther(_proof_address(offered, refusal.needed))
    if known := _known(sent, snapshot_of(offered.current)):
        actions.update_answers(by=actor, draft=draft, values=known)
    return SeeOther(reverse("cases:draft", args=[draft.pk]))


def _remember(request: HttpRequest, service: str, sent: QueryDict) -> None:
    """Keep the sent form in the session, to go on with it after signing in or adding somebody."""
    kept = QueryDict(mutable=True)
    for name, values in sent.lists():
        if name in (FOR_WHOM, BEGIN) or name.startswith(KNOWN):
            kept.setlist(name, values)
    kept[BEGIN] = "1"
    request.session[BEGUN] = {service: kept.urlencode()[:MOST_REMEMBERED]}


def _known(form: QueryDict, snapshot: ServiceSnapshot) -> dict[str, Any]:
    """Answers passed by the linking page as inputs of questions; invalid ones are dropped and asked."""
    data = {name.removeprefix(KNOWN): values for name, values in form.lists() if name.startswith(KNOWN)}
    sent, known = FormData(MultiValueDict(data), MultiValueDict()), {}
    for page in snapshot.pages:
        for name, field in page.fields.items() if not page.repeat else ():
            try:
                value = None if field.inputs(name).isdisjoint(data) else field.parse(name, sent)
            except InvalidAnswer:
                continue
            if value is not None:
                known[name] = value
    return known


def _offered(service: str) -> Service:
    try:
        return services_queries.active_service(service)
    except Service.DoesNotExist:
        raise Http404 from None


def _for_whom(request: HttpRequest, actor: Actor, chosen: str) -> Resident | None:
    """The visitor or the selected family member; None for a guest."""
    if not isinstance(request.user, User):
        return None
    own = people_actions.ensure_resident(by=actor, user=request.user)
    if not chosen:
        return own
    member = people_queries.find_represented(own, parse_pk(chosen))
    if member is None:
        raise ActionRefused(_("You cannot apply for this person. Add them to your family first."))
    return member


def _untouched(actor: Actor, service: Service, resident: Resident | None) -> Draft | None:
    """Empty draft of the same service and person, as a second click would create."""
    drafts = queries.drafts_of(actor).filter(
        version_id=service.current_id, resident=resident, channel="web", answers={}, sealed=None, documents=None
    )
    return drafts.first()


def begin_panel(request: HttpRequest, service: Service) -> SafeString | None:
    """Start button, choice of person and existing drafts. None for kinds without cases."""
    kind = kinds.get(service.kind)
    if not kind.has_cases:
        return None
    actor = actor_for(request)
    signs_in = actor.user_id is None and kind.sign_in == "required"
    chooses = kind.can_be_for_family and (signs_in or actor.user_id is not None)
    snapshot = snapshot_of(service.current) if service.current else None
    context = {
        "service": service,
        "verb": kind.verb,
        "signs_in": signs_in,
        "drafts": _drafts(actor, service),
        "chooses": chooses,
        "family": _family(request.user) if chooses and isinstance(request.user, User) else [],
        "lacking": _lacking(actor, request.user, service, snapshot.definition.assurance if snapshot else None),
    }
    return render_to_string("cases/start_panel.html", context, request)


def _proof_address(service: Service, needed: int) -> str:
    """URL of the page about identity proof, with the way back to the service."""
    back = reverse("services:service", args=[service.pk])
    return f"{reverse('people:identity')}?{urlencode({'needs': assurance_levels.level_name(needed), 'next': back})}"


def _lacking(actor: Actor, user: Any, service: Service, needed: assurance_levels.Level | None) -> dict[str, str]:
    """Missing level of assurance and the way to reach it; for anonymous visitors the requirement only."""
    own = Resident.objects.filter(user=user).first() if isinstance(user, User) else None
    if needed is None or needed == "typed" or (own and own.assurance >= assurance_levels.LEVELS_BY_NAME[needed]):
        return {}
    address = _proof_address(service, assurance_levels.LEVELS_BY_NAME[needed]) if actor.user_id else ""
    return {"words": assurance_levels.requirement_text(assurance_levels.LEVELS_BY_NAME[needed]), "address": address}


def _drafts(actor: Actor, service: Service) -> list[Draft]:
    if actor.user_id is None and not actor.session:
        return []
    return list(queries.drafts_of(actor).filter(version__service=service)[:MOST_SHOWN])


def _family(user: User) -> list[Resident]:
    """Family members for whom the visitor may apply."""
    own = Resident.objects.filter(user=user).first()
    ties = people_queries.family_of(own).filter(member__user__isnull=True) if own else []
    return [tie.member for tie in ties]
