"""Message to people on the waiting list of today: a dose is left over."""

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from kini.core.actors import system
from kini.messages import actions as messages
from kini.messages.public import MessageType, Recipient
from kini.vaccination.sites.models import StandbyRequest
from kini.vaccination.sites.site_points import site_address
from kini.web import formats

CALL = MessageType(
    "vaccine-left-over",
    _("When a dose of vaccine is left at the end of the day for somebody on the waiting list"),
    {
        "name": "Siti",
        "site": "Puskesmas A",
        "where": "Area A",
        "until": "10.45",
        "closes": "11.00",
        "address": "https://kini.example/vaccination/waiting/7/",
    },
    _("A vaccine is left for {name} at {site}"),
    _("A vaccine is left for {name} at {site}, {where}, until {closes}. Say by {until} that you are coming: {address}"),
)


def notify_call(pk: int) -> None:
    """Call a person: name, site, until when to answer, until when to come. Sent at once."""
    related = ("user", "resident", "site__area", "site__place", "site__facility", "session__slot")
    request = StandbyRequest.objects.select_related(*related).filter(pk=pk, state="called").first()
    if request is None or request.session is None or request.answer_by is None:
        return
    to, link = Recipient(request.user, request.resident), reverse("vaccination:standby", args=[request.pk])
    with translation.override(to.language):
        words = {
            "name": request.resident.name.split(" ")[0],
            "site": request.site.name,
            "where": site_address(request.site),
            "until": formats.clock(request.answer_by),
            "closes": formats.clock(request.session.slot.ends_at),
            "address": f"{settings.ENV.address}{link}",
        }
    messages.notify(
        by=system("vaccination"),
        to=to,
        message_type=CALL.id,
        key=f"vaccination-standby:{request.pk}",
        words=words,
        link=link,
        urgent=True,
        needed_by=request.answer_by,
        about=messages.MessageScope(request.site.agency_id, request.site.area.path),
    )
