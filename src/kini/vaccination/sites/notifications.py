"""Message to people on the waiting list of today: a dose is left over."""

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kini.core.actors import system
from kini.messages import actions as messages
from kini.messages.public import MessageType, Recipient
from kini.people.public import details_of, has_profile
from kini.vaccination.campaigns.campaign_files import campaigns, vaccine_name
from kini.vaccination.sites.models import StandbyRequest
from kini.vaccination.sites.site_points import site_address
from kini.web import formats

#: Word by which a call is answered by SMS, in each language of the city.
COMING = _("COMING")

CALL = MessageType(
    "vaccine-left-over",
    _("When a dose of vaccine is left at the end of the day for somebody on the waiting list"),
    {
        "name": "Siti",
        "vaccine": "Sinovac",
        "site": "Puskesmas A",
        "where": "Area A",
        "until": "10.45",
        "closes": "11.00",
        "address": "https://kini.example/vaccination/waiting/7/",
    },
    _("A vaccine is left for {name} at {site}"),
    _(
        "A dose of {vaccine} is left for {name} at {site}, {where}. Be there before {closes}, and say by {until} that "
        "you are coming: {address}"
    ),
)


def notify_call(pk: int) -> None:
    """Call a person: name, site, until when to answer, until when to come. Sent at once."""
    related = ("user", "person__resident", "site__area", "site__place", "site__facility", "session__slot")
    request = StandbyRequest.objects.select_related(*related).filter(pk=pk, state="called").first()
    if request is None or request.session is None or request.answer_by is None:
        return
    resident = request.person.resident if has_profile(request.person) else None
    to, link = Recipient(request.user, resident), reverse("vaccination:standby", args=[request.pk])
    with translation.override(to.language):
        words = {
            "name": details_of(request.person).name.split(" ")[0],
            "vaccine": vaccine_name(request.session.vaccine),
            "site": request.site.name,
            "where": site_address(request.site),
            "until": formats.clock(request.answer_by),
            "closes": formats.clock(request.session.slot.ends_at),
            "address": _how_to_answer(request.campaign, f"{settings.ENV.address}{link}"),
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


def _how_to_answer(campaign: str, address: str) -> str:
    """Return the page of a call and, where people register by SMS, the words to reply."""
    known = campaigns().get(campaign)
    if known is None or not known.keyword:
        return address
    return gettext("{address} – or reply {words}").format(address=address, words=f"{known.keyword} {COMING}")
