"""News of an area: messages to those who want them, and the feed for programs."""

from datetime import datetime

from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils import translation
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from kini.cases.rules import public_word
from kini.city.models import Area
from kini.city.public import pack
from kini.core.actors import system
from kini.messages import actions as messages
from kini.messages.public import MessageType, Recipient, message_types
from kini.reports import queries
from kini.reports.models import AreaSubscription, PublicVersion
from kini.reports.report_filter import ReportFilter

BY = system("reports")
SALT = "reports.area"
IN_FEED = 50
CONFIRMED = MessageType(
    "report-area-followed",
    _("When somebody wants messages about public reports of an area"),
    {"area": "Harbour ward", "stop": "https://kini.example/reports/areas/stop/abc/"},
    _("Reports in {area}"),
    _("On days with news we write to you about public reports in {area}. To stop: {stop}"),
)
NEWS = MessageType(
    "report-area-news",
    _("Once a day, when there is news about public reports of an area that somebody follows"),
    {
        "area": "Harbour ward",
        "reported": _("3 new reports"),
        "solved": _("2 said to be solved"),
        "address": "https://kini.example/reports/?area=1",
        "stop": "https://kini.example/reports/areas/stop/abc/",
    },
    _("Reports in {area}: {reported}"),
    _("Public reports in {area}: {reported}, {solved}. {address} To stop: {stop}"),
)


def register() -> None:
    """Register the message types; called once at start."""
    for each in (CONFIRMED, NEWS):
        message_types.register(each.id, each)


def stop_address(subscription: AreaSubscription) -> str:
    """Absolute address at which the messages end with one press and without signing in."""
    token = signing.dumps([subscription.pk, subscription.user_id], salt=SALT)
    return f"{settings.ENV.address}{reverse('reports:area-stop', args=[token])}"


def read_token(token: str) -> tuple[int, int] | None:
    """Subscription and user of a link; None if its signature is invalid."""
    try:
        subscription, user = signing.loads(token, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return int(subscription), int(user)


def confirm(subscription: AreaSubscription) -> None:
    """Tell somebody that messages will come, and how to stop them."""
    to = Recipient(subscription.user)
    messages.notify(
        by=BY,
        to=to,
        message_type=CONFIRMED.id,
        key=f"report-area:{subscription.pk}",
        words={"area": subscription.area.name, "stop": stop_address(subscription)},
        link=_page(subscription.area),
    )


def tell(subscription: AreaSubscription, now: datetime) -> bool:
    """Send the news since the last time; return False if there are none."""
    area, since = subscription.area, subscription.told_until
    mine = queries.released().filter(queries.in_area(area))
    first = PublicVersion.objects.filter(number=1, at__gt=since, at__lte=now)
    reported = mine.filter(versions__in=first).count()
    solved = mine.filter(closed_at__gt=since, closed_at__lte=now, outcome="solved").count()
    if not (reported or solved):
        return False
    to = Recipient(subscription.user)
    with translation.override(to.language):
        words = {
            "area": area.name,
            "reported": ngettext("%(count)d new report", "%(count)d new reports", reported) % {"count": reported},
            "solved": ngettext("%(count)d said to be solved", "%(count)d said to be solved", solved)
            % {"count": solved},
            "address": f"{settings.ENV.address}{_page(area)}",
            "stop": stop_address(subscription),
        }
    key = f"report-area:{subscription.pk}:{now.date()}"
    messages.notify(by=BY, to=to, message_type=NEWS.id, key=key, words=words, link=_page(area))
    return True


def _page(area: Area) -> str:
    return f"{reverse('reports:public')}?area={area.code}"


def atom_feed(chosen: ReportFilter) -> str:
    """Newest public reports of a filter in Atom, in the language of the request."""
    page = f"{settings.ENV.address}{reverse('reports:public')}?{chosen.query}"
    address = f"{settings.ENV.address}{reverse('reports:feed')}?{chosen.query}"
    place = ", ".join(str(each.label) for each in chosen.chosen) or str(pack.current().name)
    title, author = f"{gettext('Reports of residents')} – {place}", str(pack.current().name)
    feed = Atom1Feed(title, page, "", feed_url=address, feed_guid=address, author_name=author)
    for each in chosen.reports()[:IN_FEED]:
        link = f"{settings.ENV.address}{reverse('reports:public-report', args=[each.case.reference])}"
        state = public_word(each.case.public_state, each.case.outcome)
        assert each.current
        feed.add_item(
            f"{chosen.names.get(each.service_id, '')}: {state}",
            link,
            each.current.text,
            unique_id=link,
            pubdate=each.opened_at,
            updateddate=max(each.current.at, each.case.state_since),
        )
    return feed.writeString("utf-8")
