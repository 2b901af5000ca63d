"""Reads of health alerts, the messages about them, and their form in the Common Alerting Protocol 1.2 and Atom."""

from collections.abc import Iterable
from datetime import datetime
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

from django.conf import settings
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from kini.city.models import Area
from kini.city.public import pack
from kini.core import current_time
from kini.core.actors import system
from kini.core.localized_text import Text
from kini.epidemic.diseases.disease_files import diseases
from kini.epidemic.prevention.models import AlertSubscription, HealthAlert
from kini.messages import actions as messages
from kini.messages.public import MessageType, Recipient
from kini.web.formats import city_time

CAP, ATOM = "urn:oasis:names:tc:emergency:cap:1.2", "http://www.w3.org/2005/Atom"
CAP_TYPE, ATOM_TYPE = "application/cap+xml", "application/atom+xml"
#: Severities whose messages are sent at night, too.
URGENT = ("Extreme", "Severe")
MOST_ENTRIES = 50
MESSAGE = MessageType(
    "health-alert",
    _("When a health alert is sent for an area of which somebody wants alerts"),
    {
        "headline": _("More dengue cases in your area"),
        "instruction": _("Empty and cover water containers."),
        "address": "https://kini.example/epidemic/alerts/kini-1/",
    },
    "{headline}",
    _("{headline}. {instruction} More: {address}"),
)


def sent_alerts() -> QuerySet[HealthAlert]:
    """Sent alerts, the newest first."""
    rows = HealthAlert.objects.exclude(sent_at=None).select_related("agency", "replaces")
    return rows.prefetch_related("areas").order_by("-sent_at")


def current_alerts(area: Area | None = None) -> QuerySet[HealthAlert]:
    """Alerts that hold now (for an area): not over, not replaced, no cancellations."""
    replaced = HealthAlert.objects.exclude(sent_at=None).exclude(replaces=None).values("replaces")
    rows = sent_alerts().filter(expires_at__gt=current_time.now()).exclude(type="Cancel").exclude(pk__in=replaced)
    return rows.filter(areas__in=area.path.split("/")).distinct() if area else rows


def subscribers(alert: HealthAlert) -> QuerySet[AlertSubscription]:
    """One subscription of each person who wants alerts of one of its areas, of one inside, or of one around it."""
    touched = Q()
    for area in alert.areas.all():
        touched |= (
            Q(area__path=area.path) | Q(area__path__startswith=f"{area.path}/") | Q(area__in=area.path.split("/"))
        )
    rows = AlertSubscription.objects.filter(touched, user__is_active=True).select_related("user")
    return rows.order_by("user").distinct("user")


def notify(alert: HealthAlert, subscriptions: Iterable[AlertSubscription]) -> None:
    """Send the messages; each person gets one for each alert, however often this runs."""
    for each in subscriptions:
        to = Recipient(each.user)
        link = reverse("epidemic:alert", args=[alert.identifier])
        with translation.override(to.language):
            words = {
                "headline": headline(alert, to.language),
                "instruction": alert.text("instruction", to.language),
                "address": f"{settings.ENV.address}{link}",
            }
        messages.notify(
            by=system("health alerts"),
            to=to,
            message_type=MESSAGE.id,
            key=f"health-alert:{alert.pk}",
            words=words,
            link=link,
            urgent=alert.severity in URGENT,
        )


def headline(alert: HealthAlert, language: str) -> str:
    """Headline; of a cancellation it says so."""
    text = alert.text("headline", language)
    if alert.type != "Cancel":
        return text
    with translation.override(language):
        return translation.gettext("Ended: %(headline)s") % {"headline": text}


def event_name(alert: HealthAlert, language: str) -> str:
    """Name of the event: that of the disease."""
    disease = diseases().get(alert.disease)
    return disease.name.in_language(language) if disease else alert.disease


def cap_document(alert: HealthAlert) -> bytes:
    """Alert in CAP 1.2: one info block for each language. A demo's are marked as exercises."""
    assert alert.sent_at
    ET.register_namespace("", CAP)
    root = ET.Element(f"{{{CAP}}}alert")
    _add(root, "identifier", alert.identifier)
    _add(root, "sender", _sender())
    _add(root, "sent", _moment(alert.sent_at))
    _add(root, "status", "Exercise" if settings.ENV.demo else "Actual")
    _add(root, "msgType", alert.type)
    _add(root, "scope", "Public")
    if alert.replaces and alert.replaces.sent_at:
        _add(root, "references", f"{_sender()},{alert.replaces.identifier},{_moment(alert.replaces.sent_at)}")
    for language in alert.languages:
        _info(root, alert, language)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))


def _info(root: ET.Element, alert: HealthAlert, language: str) -> None:
    assert alert.sent_at
    info = ET.SubElement(root, f"{{{CAP}}}info")
    _add(info, "language", language)
    _add(info, "category", "Health")
    _add(info, "event", event_name(alert, language))
    if alert.type == "Cancel":
        _add(info, "responseType", "AllClear")
    _add(info, "urgency", alert.urgency)
    _add(info, "severity", alert.severity)
    _add(info, "certainty", alert.certainty)
    _add(info, "effective", _moment(alert.sent_at))
    _add(info, "expires", _moment(alert.expires_at))
    _add(info, "senderName", Text.model_validate(alert.agency.name).in_language(language))
    _add(info, "headline", headline(alert, language))
    _add(info, "description", alert.text("description", language))
    _add(info, "instruction", alert.text("instruction", language))
    _add(info, "web", f"{settings.ENV.address}{reverse('epidemic:alert', args=[alert.identifier])}")
    for each in alert.areas.all():
        area = ET.SubElement(info, f"{{{CAP}}}area")
        _add(area, "areaDesc", each.name)
        code = ET.SubElement(area, f"{{{CAP}}}geocode")
        _add(code, "valueName", "area-code")
        _add(code, "value", each.code)


def atom_feed() -> bytes:
    """Index of the sent alerts in Atom (RFC 4287), each with a link to its CAP document."""
    ET.register_namespace("", ATOM)
    language = pack.current().languages[0]
    alerts = list(sent_alerts()[:MOST_ENTRIES])
    address = f"{settings.ENV.address}{reverse('epidemic:alerts-feed')}"
    feed = ET.Element(f"{{{ATOM}}}feed")
    with translation.override(language):
        _add(feed, "title", f"{translation.gettext('Health alerts')} – {pack.current().name}", ATOM)
    _add(feed, "id", address, ATOM)
    _add(feed, "updated", _moment(alerts[0].sent_at if alerts and alerts[0].sent_at else current_time.now()), ATOM)
    ET.SubElement(feed, f"{{{ATOM}}}link", {"rel": "self", "href": address, "type": ATOM_TYPE})
    author = ET.SubElement(feed, f"{{{ATOM}}}author")
    _add(author, "name", str(pack.current().name), ATOM)
    for each in alerts:
        assert each.sent_at
        entry = ET.SubElement(feed, f"{{{ATOM}}}entry")
        page = f"{settings.ENV.address}{reverse('epidemic:alert', args=[each.identifier])}"
        cap = f"{settings.ENV.address}{reverse('epidemic:alert-cap', args=[each.identifier])}"
        _add(entry, "id", page, ATOM)
        _add(entry, "title", headline(each, language), ATOM)
        _add(entry, "updated", _moment(each.sent_at), ATOM)
        _add(entry, "summary", each.text("description", language), ATOM)
        ET.SubElement(entry, f"{{{ATOM}}}link", {"rel": "alternate", "href": page, "type": "text/html"})
        ET.SubElement(entry, f"{{{ATOM}}}link", {"rel": "enclosure", "href": cap, "type": CAP_TYPE})
    return bytes(ET.tostring(feed, encoding="utf-8", xml_declaration=True))


def _add(parent: ET.Element, name: str, text: str, space: str = CAP) -> None:
    ET.SubElement(parent, f"{{{space}}}{name}").text = text


def _sender() -> str:
    """Globally unique name of the sender: the city's host."""
    return urlsplit(settings.ENV.address).hostname or "kini"


def _moment(at: datetime) -> str:
    """CAP's form of a moment: local time with offset, no fractions, no "Z"."""
    return city_time(at).replace(microsecond=0).isoformat()
