"""Health alerts: one officer writes, another one sends; residents say of which areas they want them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_hex

from django.utils.translation import gettext as _

from kini.city.models import Area
from kini.city.public import pack
from kini.core import audit, current_time, events
from kini.core.actions import action
from kini.core.actors import ActionRefused, Actor, NotAllowed
from kini.epidemic.permissions import EpidemicPermission
from kini.epidemic.prevention.events import HealthAlertSent
from kini.epidemic.prevention.models import AlertSubscription, HealthAlert
from kini.epidemic.surveillance.models import AreaAlert
from kini.people.rules import may_in_area, scope_with

LONGEST_TERM = timedelta(days=60)
#: Areas of which one person may want alerts: home, work, parents ...
MOST_SUBSCRIPTIONS = 5
PARTS = ("headline", "description", "instruction")


@dataclass(frozen=True, slots=True)
class AlertContent:
    """Content of a health alert; codes are those of CAP 1.2.

    Attributes:
        texts: headline, description and instruction by language.
    """

    disease: str
    areas: Sequence[Area]
    urgency: str
    severity: str
    certainty: str
    texts: Mapping[str, Mapping[str, str]]
    expires_at: datetime


@action
def write_alert(
    *,
    by: Actor,
    content: AlertContent,
    type: str = "Alert",  # noqa: A002 -- CAP's word
    replaces: HealthAlert | None = None,
    area_alert: AreaAlert | None = None,
) -> HealthAlert:
    """Store a draft, which another officer sends.

    Args:
        replaces: the sent alert that an "Update" or a "Cancel" is about.
        area_alert: alert of surveillance that led to it.

    Raises:
        NotAllowed: without the permission for one of the areas.
        ActionRefused: a text is missing, the end is in the past or too late, or the replaced alert is over.
    """
    _require(by, content.areas)
    now = current_time.now()
    first = content.texts.get(pack.current().languages[0], {})
    if not content.areas or not all(first.get(part, "").strip() for part in PARTS):
        raise ActionRefused(_("An alert needs a headline, a description, an instruction and at least one area."))
    if not now < content.expires_at <= now + LONGEST_TERM:
        raise ActionRefused(_("An alert ends in the future, at most 60 days from now."))
    if replaces and (not replaces.sent_at or replaces.type == "Cancel" or _is_replaced(replaces)):
        raise ActionRefused(_("This alert was replaced or cancelled already. Open the newest one."))
    draft = HealthAlert.objects.create(
        identifier=f"kini-{now:%Y%m%d}-{token_hex(6)}",
        type=type,
        replaces=replaces,
        disease=content.disease,
        area_alert=area_alert,
        agency_id=scope_with(by, EpidemicPermission.SEND_HEALTH_ALERTS).agency,
        urgency=content.urgency,
        severity=content.severity,
        certainty=content.certainty,
        texts={language: dict(texts) for language, texts in content.texts.items() if texts.get("headline", "").strip()},
        expires_at=content.expires_at,
        written_by_id=by.user_id,
        written_at=now,
    )
    draft.areas.set(content.areas)
    audit.record(by=by, action="epidemic.alert-written", subject=f"health-alert:{draft.pk}", detail={"type": type})
    return draft


@action
def send_alert(*, by: Actor, alert: HealthAlert) -> HealthAlert:
    """Send a draft of somebody else: it is published, and residents who want alerts of its areas get a message.

    Raises:
        NotAllowed: without the permission for one of the areas, or for one's own draft.
        ActionRefused: it was sent before, its end has passed, or the alert that it replaces was replaced meanwhile.
    """
    draft = HealthAlert.objects.select_for_update().get(pk=alert.pk)
    _require(by, list(draft.areas.all()))
    if draft.written_by_id == by.user_id:
        raise NotAllowed(_("Another officer must check and send this alert."))
    if draft.sent_at:
        raise ActionRefused(_("This alert was sent already."))
    if draft.expires_at <= current_time.now():
        raise ActionRefused(_("The end of this alert has passed. Write a new one."))
    if draft.replaces_id:
        replaced = HealthAlert.objects.select_for_update().get(pk=draft.replaces_id)
        if _is_replaced(replaced):
            raise ActionRefused(_("This alert was replaced or cancelled already. Open the newest one."))
    draft.sent_by_id, draft.sent_at = by.user_id, current_time.now()
    draft.save(update_fields=["sent_by", "sent_at"])
    audit.record(by=by, action="epidemic.alert-sent", subject=f"health-alert:{draft.pk}", detail={"type": draft.type})
    events.publish(HealthAlertSent(draft.pk))
    return draft


@action
def discard_alert(*, by: Actor, alert: HealthAlert) -> None:
    """Delete a draft.

    Raises:
        NotAllowed: without the permission for one of the areas.
        ActionRefused: it was sent.
    """
    draft = HealthAlert.objects.select_for_update().get(pk=alert.pk)
    _require(by, list(draft.areas.all()))
    if draft.sent_at:
        raise ActionRefused(_("A sent alert cannot be deleted. Cancel it."))
    detail = {"identifier": draft.identifier}
    audit.record(by=by, action="epidemic.alert-discarded", subject=f"health-alert:{draft.pk}", detail=detail)
    draft.delete()


@action
def subscribe(*, by: Actor, area: Area) -> None:
    """Want health alerts of an area; again changes nothing.

    Raises:
        NotAllowed: for a visitor who is not signed in.
        ActionRefused: there are too many areas.
    """
    if by.user_id is None:
        raise NotAllowed(_("Sign in to get health alerts."))
    own = AlertSubscription.objects.filter(user_id=by.user_id)
    if own.exclude(area=area).count() >= MOST_SUBSCRIPTIONS:
        raise ActionRefused(_("You can choose five areas. Take one away first."))
    _new, created = AlertSubscription.objects.get_or_create(
        user_id=by.user_id, area=area, defaults={"since": current_time.now()}
    )
    if created:
        audit.record(by=by, action="epidemic.alerts-wanted", subject=f"user:{by.user_id}", detail={"area": area.pk})


@action
def unsubscribe(*, by: Actor, area: Area) -> None:
    """Want no more health alerts of an area."""
    if AlertSubscription.objects.filter(user_id=by.user_id or 0, area=area).delete()[0]:
        audit.record(by=by, action="epidemic.alerts-unwanted", subject=f"user:{by.user_id}", detail={"area": area.pk})


def _require(by: Actor, areas: Sequence[Area]) -> None:
    for area in areas:
        if not may_in_area(by, EpidemicPermission.SEND_HEALTH_ALERTS, area.path):
            raise NotAllowed(_("You cannot send alerts to %(area)s.") % {"area": area.name})


def _is_replaced(alert: HealthAlert) -> bool:
    return HealthAlert.objects.filter(replaces=alert).exclude(sent_at=None).exists()
