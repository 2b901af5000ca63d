"""Alerts about access points that are down: one message per agency and check."""

from collections import defaultdict
from collections.abc import Sequence

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from kini.core.actors import system
from kini.core.grants import Scope
from kini.messages import actions as messages
from kini.messages.public import MessageType, Recipient
from kini.people.queries import officers_with_permission
from kini.wifi import config
from kini.wifi.health.models import Outage
from kini.wifi.permissions import WifiPermission

NAMED = 3
DOWN = MessageType(
    "wifi-down",
    gettext_lazy("When Wi-Fi points of an officer's agency are down"),
    {
        "count": gettext_lazy("4 Wi-Fi points are down"),
        "where": gettext_lazy("Porto Velho, Ribeira Funda, and 2 more"),
        "address": "https://kini.example/desk/wifi/health/",
    },
    "{count}",
    gettext_lazy("{count}: {where}. See which, and since when: {address}"),
)


def notify_down(pks: Sequence[int]) -> None:
    """Notify the officers who monitor the providers of these outages."""
    open_outages = Outage.objects.filter(pk__in=pks, ended_at=None).select_related("access_point__site").order_by("pk")
    by_agency: dict[str, list[Outage]] = defaultdict(list)
    for outage in open_outages:
        by_agency[config.monitoring_agency(outage.access_point.site.provider)].append(outage)
    for agency, outages in by_agency.items():
        for officer in officers_with_permission(Scope(agency), WifiPermission.WATCH_NETWORK) if agency else []:
            _tell(Recipient(officer.user), outages)


def _tell(person: Recipient, outages: Sequence[Outage]) -> None:
    path = reverse("wifi:desk-health")
    with translation.override(person.language):
        count = ngettext("%(count)d Wi-Fi point is down", "%(count)d Wi-Fi points are down", len(outages))
        values = {"count": count % {"count": len(outages)}, "where": _where(outages)}
    messages.notify(
        by=system("wifi"),
        to=person,
        message_type=DOWN.id,
        key=f"wifi-down:{outages[0].pk}",
        words=values | {"address": f"{settings.ENV.address}{path}"},
        link=path,
    )


def _where(outages: Sequence[Outage]) -> str:
    sites = list(dict.fromkeys(each.access_point.site.name for each in outages))
    named = ", ".join(sites[:NAMED])
    others = len(sites) - NAMED
    return _("%(names)s, and %(count)d more") % {"names": named, "count": others} if others > 0 else named
