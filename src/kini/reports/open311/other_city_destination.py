"""Other cities as a destination of the outbox, and the round that asks them what became of our reports."""

from collections import defaultdict
from datetime import timedelta

import structlog
from django.utils import translation

from kini.cases.models import Case
from kini.city.public import pack
from kini.core import current_time
from kini.core.actors import system
from kini.exchange.public import Destination, OutgoingMessage, PermanentFailure, Receipt, TemporaryFailure
from kini.reports import actions, queries
from kini.reports.models import OutsideRequest
from kini.reports.open311.other_cities import LONGEST_ID, Filing, GeoReportServer, other_cities
from kini.reports.public_text import masked, words_of

BY = system("open311")
#: Closed requests are asked for so long, as they may be re-opened there.
FOLLOWED_AFTER = timedelta(days=30)
log = structlog.get_logger("kini.reports")


class OtherCityDestination(Destination):
    """Files a report at the server of its city. No name and no number of the reporter leaves the city."""

    def send(self, message: OutgoingMessage) -> Receipt:
        request = _waiting(message)
        if request is None:
            return {}
        city = other_cities().get(request.city)
        if city is None:
            raise TemporaryFailure(f"{request.city} is not in the file of KINI_OPEN311")
        made = city.file(filing_of(request.case, message.key), message.tries)
        their_id, token = made.service_request_id or "", made.token or ""
        if max(len(their_id), len(token)) > LONGEST_ID:
            raise PermanentFailure("the id is too long")
        return {"id": their_id, "token": "" if their_id else token}

    def delivered(self, message: OutgoingMessage, receipt: Receipt) -> None:
        if receipt and (request := _waiting(message)):
            actions.record_filed_elsewhere(by=BY, request=request, their_id=receipt["id"], token=receipt["token"])

    def given_up(self, message: OutgoingMessage, reason: str) -> None:
        if request := _waiting(message):
            actions.record_refused_elsewhere(by=BY, request=request)


def _waiting(message: OutgoingMessage) -> OutsideRequest | None:
    waiting = OutsideRequest.objects.exclude(state=OutsideRequest.FILED).select_related("case__version")
    return waiting.filter(pk=message.payload["case"]).first()


def filing_of(case: Case, key: str = "") -> Filing:
    """A report as another city gets it: masked words, or the released ones; a photo only if everybody may see it."""
    assert case.latitude is not None
    assert case.longitude is not None
    public = queries.released().select_related("current").filter(case=case).first()
    version = public.current if public else None
    words = version.text if version else masked(words_of(case))
    photo = queries.photo_address(case.reference, "before") if version and version.before_id else ""
    return Filing(case.reference, case.service_id, case.latitude, case.longitude, words, key, photo)


def follow_all() -> int:
    """Ask each city for the state of our reports there; returns how many changed."""
    by_city: dict[str, list[OutsideRequest]] = defaultdict(list)
    long_ago = current_time.now() - FOLLOWED_AFTER
    for each in (
        OutsideRequest.objects.filter(state=OutsideRequest.FILED)
        .exclude(status="closed", updated_at__lt=long_ago)
        .select_related("case")
    ):
        by_city[each.city].append(each)
    servers, changed = other_cities(), 0
    for name, rows in by_city.items():
        if city := servers.get(name):
            try:
                with translation.override(pack.current().languages[0]):
                    changed += _follow(city, rows)
            except (TemporaryFailure, PermanentFailure) as failure:
                log.warning("another city did not answer", city=name, reason=str(failure))
    return changed


def _follow(city: GeoReportServer, rows: list[OutsideRequest]) -> int:
    for each in rows:
        if not each.their_id and (their_id := city.request_of_token(each.token)):
            each.their_id = actions.record_filed_elsewhere(
                by=BY, request=each, their_id=their_id[:LONGEST_ID], token=each.token
            ).their_id
    ours = {each.their_id: each for each in rows if each.their_id}
    return sum(
        actions.record_status_elsewhere(by=BY, request=ours[update.service_request_id], update=update, city=city.title)
        for update in city.requests(sorted(ours))
        if update.service_request_id in ours
    )
