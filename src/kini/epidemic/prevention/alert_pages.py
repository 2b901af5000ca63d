"""Public pages of health alerts: current ones, one alert, its CAP document, the feed; and a person's areas."""

from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from kini.city import queries as city
from kini.city.public import pack
from kini.core import current_time
from kini.core.actors import ActionRefused
from kini.epidemic.prevention import actions
from kini.epidemic.prevention import health_alerts as alerts
from kini.epidemic.prevention.models import AlertSubscription, HealthAlert
from kini.people.models import User
from kini.people.public import nearby
from kini.people.queries import actor_for
from kini.web.page_cache import cache_for_anonymous

EARLIER = 20


@dataclass(frozen=True, slots=True)
class AlertView:
    """A health alert in the reader's language."""

    alert: HealthAlert
    headline: str
    event: str
    description: str
    instruction: str

    @property
    def tone(self) -> str:
        if self.alert.type == "Cancel":
            return "ok"
        return "bad" if self.alert.severity in alerts.URGENT else "warn"


def view_of(alert: HealthAlert) -> AlertView:
    language = translation.get_language() or ""
    return AlertView(
        alert,
        alerts.headline(alert, language),
        alerts.event_name(alert, language),
        alert.text("description", language),
        alert.text("instruction", language),
    )


@require_safe
@cache_for_anonymous
def alert_list(request: HttpRequest) -> HttpResponse:
    """Alerts that hold now, and earlier ones."""
    current = list(alerts.current_alerts())
    earlier = alerts.sent_alerts().exclude(pk__in=[each.pk for each in current])[:EARLIER]
    context = {"current": [view_of(each) for each in current], "earlier": [view_of(each) for each in earlier]}
    return render(request, "epidemic/alerts.html", context)


@require_safe
@cache_for_anonymous
def alert(request: HttpRequest, identifier: str) -> HttpResponse:
    """One alert, and what replaced it."""
    row = _sent(identifier)
    newer = alerts.sent_alerts().filter(replaces=row).first()
    over = row.expires_at <= current_time.now()
    return render(request, "epidemic/alert.html", {"view": view_of(row), "newer": newer, "over": over})


@require_safe
@cache_for_anonymous
def alert_cap(request: HttpRequest, identifier: str) -> HttpResponse:
    """One alert in CAP 1.2."""
    return HttpResponse(alerts.cap_document(_sent(identifier)), content_type=alerts.CAP_TYPE)


@require_safe
@cache_for_anonymous
def feed(request: HttpRequest) -> HttpResponse:
    """Index of the alerts in Atom."""
    return HttpResponse(alerts.atom_feed(), content_type=alerts.ATOM_TYPE)


def _sent(identifier: str) -> HealthAlert:
    row = alerts.sent_alerts().filter(identifier=identifier).first()
    if row is None:
        raise Http404
    return row


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def my_areas(request: HttpRequest) -> HttpResponse:
    """Areas of which the visitor wants alerts: add one, take one away."""
    assert isinstance(request.user, User)
    problem, level = "", pack.current().lowest_level
    if request.method == "POST":
        area = city.area(request.POST.get("area", "")[:20])
        if area is None or area.level != level:
            problem = translation.gettext("Choose the area in which you live or are now.")
        else:
            act = actions.unsubscribe if "remove" in request.POST else actions.subscribe
            try:
                act(by=actor_for(request), area=area)
                return redirect("epidemic:alert-areas")
            except ActionRefused as refusal:
                problem = str(refusal)
    own = AlertSubscription.objects.filter(user=request.user).select_related("area__parent").order_by("area__path")
    here = nearby.area_of(request)
    context = {
        "own": own,
        "here": here.code if here else "",
        "areas": city.lowest_level_areas(),
        "level": pack.current().level_name(level),
        "problem": problem,
        "errors": [("area", problem)] if problem else [],
    }
    return render(request, "epidemic/alert_areas.html", context, status=422 if problem else 200)
