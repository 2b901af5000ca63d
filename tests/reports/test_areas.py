"""Public reports of an area: filters, months, feed, messages with a link that stops them, posters."""

import re
from datetime import date, timedelta
from xml.etree import ElementTree as ET

import pytest

from kini.cases import actions as cases
from kini.cases.models import Draft
from kini.cases.public import case_answers
from kini.city.models import Area
from kini.core import current_time
from kini.core.actors import ActionRefused, NotAllowed, system
from kini.messages.models import Message
from kini.reports import actions, area_news, jobs, queries
from kini.reports.area_months import AreaMonths
from kini.reports.models import AreaSubscription, Publication
from kini.reports.rules import months_until
from kini.services.models import ServiceVersion
from tests.cases.town import Town, guest
from tests.pagechecks import CheckedClient
from tests.reports.test_public_reports import lamps as lamps
from tests.reports.test_public_reports import released

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def pier(town: Town) -> Area:
    return Area.objects.get(code="1.1.1")


@pytest.fixture
def hill(town: Town) -> Area:
    return Area.objects.get(code="1.1.2")


def shown(client: CheckedClient, query: str) -> set[str]:
    page = client.get(f"/reports/{query}").content.decode()
    return set(re.findall(r'href="/reports/([A-Z0-9-]{8,})/"', page))


def test_filters_are_links(town: Town, lamps: ServiceVersion, client: CheckedClient):
    with current_time.freeze(current_time.now() - timedelta(days=40)):
        old = released(town, lamps)
    new = released(town, lamps, metres=300)
    Publication.objects.filter(pk=old.pk).update(area_path="1/1.1/1.1.2")
    one, other = {old.case.reference}, {new.case.reference}
    assert shown(client, "") == one | other
    assert shown(client, "?area=1.1.1") == other
    assert shown(client, "?area=1.1.2") == one
    assert shown(client, "?area=1.1") == one | other
    assert shown(client, "?area=nowhere&period=x&state=y&service=z") == one | other
    assert shown(client, "?period=30") == other
    cases.move(by=town.named("clerk"), case=new.case, move="start")
    cases.move(by=town.named("resident"), case=old.case, move="withdraw")
    assert shown(client, "?state=open&area=1.1&service=broken-lamp") == other
    page = client.get("/reports/?area=1.1.1&period=30").content.decode()
    assert 'href="/reports/?area=1.1.1"' in page
    assert 'href="/reports/?period=30"' in page
    assert "/reports/feed/?area=1.1.1&amp;period=30" in page


def test_the_feed_has_the_filters_of_the_list(town: Town, lamps: ServiceVersion, client: CheckedClient):
    report = released(town, lamps)
    answer = client.get("/reports/feed/?area=1.1.1")
    assert answer["Content-Type"].startswith("application/atom+xml")
    feed = ET.fromstring(answer.content)  # noqa: S314 -- our own
    [entry] = feed.findall(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}id", "").endswith(f"/reports/{report.case.reference}/")
    assert "•••" in entry.findtext(f"{ATOM}summary", "")
    assert b"7890" not in answer.content
    assert not ET.fromstring(client.get("/reports/feed/?area=1.1.2").content).findall(f"{ATOM}entry")  # noqa: S314


def test_messages_are_confirmed_told_once_a_day_and_stopped_by_one_press(
    town: Town, lamps: ServiceVersion, client: CheckedClient, pier: Area
):
    client.force_login(town.neighbour.user)
    assert client.post("/reports/areas/", {"area": "1.1.1"}).status_code == 303
    assert client.post("/reports/areas/", {"area": "1.1.1"}).status_code == 303
    [confirmed] = Message.objects.filter(sort="report-area-followed")
    jobs.tell_areas()
    assert not Message.objects.filter(sort="report-area-news").exists()
    released(town, lamps)
    jobs.tell_areas()
    jobs.tell_areas()
    [news] = Message.objects.filter(sort="report-area-news")
    assert "7890" not in news.text
    assert news.user == confirmed.user == town.neighbour.user
    assert news.link == "/reports/?area=1.1.1"
    [stop] = re.findall(r"https?://[^/]+(/reports/areas/stop/\S+/)", news.text)
    client.logout()
    client.get(stop)
    assert AreaSubscription.objects.exists(), "opening a link changes nothing"
    client.post(stop)
    assert not AreaSubscription.objects.exists()
    assert client.get(stop).status_code == 200
    assert client.post("/reports/areas/stop/forged/").status_code == 404


def test_a_solved_report_is_news_of_the_areas_around(town: Town, lamps: ServiceVersion):
    report = released(town, lamps)
    around = Area.objects.get(code="1.1")
    subscription = actions.follow_area(by=town.named("neighbour"), area=around)
    Publication.objects.filter(pk=report.pk).update(outcome="solved", closed_at=current_time.now())
    assert actions.tell_area(by=system("tests"), subscription=subscription)
    assert Message.objects.get(sort="report-area-news").words["solved"].startswith("1")
    subscription.refresh_from_db()
    assert not area_news.tell(subscription, current_time.now())


def test_a_number_that_no_subscription_has_changes_nothing(town: Town, client: CheckedClient, pier: Area):
    client.force_login(town.neighbour.user)
    client.post("/reports/areas/", {"area": "1.1.1"})
    for number in ("9" * 5000, "9" * 30, "²", "-1"):
        assert client.post("/reports/areas/", {"remove": number}).status_code == 303
    assert AreaSubscription.objects.count() == 1


def test_who_may_follow_an_area(town: Town, pier: Area, hill: Area):
    with pytest.raises(NotAllowed):
        actions.follow_area(by=guest(), area=pier)
    mine = actions.follow_area(by=town.named("neighbour"), area=pier)
    assert not actions.leave_area(by=town.named("resident"), subscription=mine.pk, user=town.resident.user_id)
    areas = [
        Area(code=f"1.1.{n}", name=f"Area {n}", level=pier.level, depth=pier.depth, parent_id="1.1")
        for n in range(5, 9)
    ]
    for each in areas:
        each.path, each.latitude, each.longitude = f"1/1.1/{each.code}", pier.latitude, pier.longitude
        each.save()
        actions.follow_area(by=town.named("neighbour"), area=each)
    with pytest.raises(ActionRefused, match="five"):
        actions.follow_area(by=town.named("neighbour"), area=hill)


def test_months_count_what_was_reported_solved_and_left(town: Town, lamps: ServiceVersion, client: CheckedClient):
    last = current_time.now().replace(day=15) - timedelta(days=31)
    with current_time.freeze(last):
        early = released(town, lamps)
    late = released(town, lamps, metres=300)
    cases.move(by=town.named("resident"), case=early.case, move="withdraw")
    counts = AreaMonths(Area.objects.get(depth=0))
    rows = counts.of(Area.objects.get(code="1.1"))
    assert [(each.reported, each.solved, each.still_open) for each in rows[-2:]] == [(1, 0, 1), (1, 0, 1)]
    Publication.objects.filter(pk=late.pk).update(outcome="solved", closed_at=current_time.now())
    rows = AreaMonths(Area.objects.get(code="1.1.1")).of(Area.objects.get(code="1.1.1"))
    assert [(each.reported, each.solved, each.still_open) for each in rows[-2:]] == [(1, 0, 1), (1, 1, 0)]
    page = client.get(f"/reports/months/?area=1.1&month={rows[-2].month:%Y-%m}").content.decode()
    assert 'aria-current="page"' in page
    assert f"month={rows[-1].month:%Y-%m}" in page
    assert client.get("/reports/months/?month=1999-01&area=x").status_code == 200


def test_months_end_with_the_one_of_the_day():
    assert months_until(date(2026, 2, 28), 3) == [date(2025, 12, 1), date(2026, 1, 1), date(2026, 2, 1)]


def test_a_poster_opens_a_report_with_its_place(town: Town, lamps: ServiceVersion, client: CheckedClient):
    page = client.get("/reports/poster/?area=1.1.1&street=Jalan+Melati&opens=report").content.decode()
    assert "/report/?area=1.1.1&amp;street=Jalan+Melati" in page
    assert 'class="qr"' in page
    page = client.get("/report/?area=1.1.1&street=Jalan+Melati").content.decode()
    fields = dict(re.findall(r'type="hidden" name="(known[^"]+)" value="([^"]*)"', page))
    assert fields == {"known.spot.area": "1.1.1", "known.spot.text": "Jalan Melati"}
    client.force_login(town.resident.user)
    client.post("/services/broken-lamp/start/", fields | {"begin": "1"})
    place = case_answers.of_draft(Draft.objects.get())["spot"]
    assert (place["text"], place["area"]) == ("Jalan Melati", "1.1.1")
    page = client.get("/reports/poster/?area=1.1.1&opens=area").content.decode()
    assert "/reports/?area=1.1.1" in page


def test_end_and_area_follow_the_case(town: Town, lamps: ServiceVersion):
    report = released(town, lamps)
    assert report.area_path == report.case.area_path == "1/1.1/1.1.1"
    case = cases.move(by=town.named("resident"), case=report.case, move="withdraw")
    report.refresh_from_db()
    assert report.closed_at == case.closed_at is not None
    assert queries.released().get() == report
