"""Health alerts: four eyes, messages to those who want them, update, end, CAP 1.2 and Atom; advice and home page."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from lxml import etree

from kini.city import actions as city_actions
from kini.city import queries as city
from kini.city.models import Area
from kini.core import current_time, retention
from kini.core.actors import ActionRefused, Actor, ActorKind, NotAllowed, system
from kini.epidemic.prevention import actions
from kini.epidemic.prevention import health_alerts as alerts
from kini.epidemic.prevention.actions import AlertContent
from kini.epidemic.prevention.models import AlertSubscription, HealthAlert
from kini.epidemic.surveillance.models import AreaAlert, DeclaredLevel
from kini.messages.models import Message
from kini.people import actions as people_actions
from kini.people.models import Officer, RoleGrant, User
from kini.people.public import DataSubject, personal_data_categories
from kini.people.queries import officer_actor
from tests.pagechecks import CheckedClient

BY = system("tests")
NOW = datetime.fromisoformat("2026-12-01T10:00:00+07:00")
GAMBIR, KEBON_SIRIH, MENTENG = "31.71.01.1001", "31.71.06.1005", "31.71.06.1001"
TEXTS = {
    "id": {"headline": "Dengue naik", "description": "Lebih banyak <kasus> & rawat.", "instruction": "Kuras bak."},
    "en": {"headline": "Dengue rises", "description": "More cases.", "instruction": "Empty containers."},
}
SCHEMA = etree.XMLSchema(etree.parse(Path(__file__).parent / "cap-1.2.xsd"))


@pytest.fixture(autouse=True)
def jakarta(db: None) -> Iterator[None]:
    """The city's areas and agencies, at ten o'clock."""
    city_actions.load_pack_tables(by=BY)
    with current_time.freeze(NOW):
        yield


def officer(name: str, area: str = "") -> Officer:
    user = User.objects.create_user(email=f"{name}@town.example")
    own = Officer.objects.create(user=user, agency_id="dinkes", name=name)
    RoleGrant.objects.create(officer=own, role="epidemiologist", area_id=area or None)
    return own


@pytest.fixture
def writer() -> Actor:
    return officer_actor(officer("writer"))


@pytest.fixture
def sender() -> Actor:
    return officer_actor(officer("sender"))


def area(code: str) -> Area:
    found = city.area(code)
    assert found is not None
    return found


def content(*codes: str, **changes: Any) -> AlertContent:
    values: dict[str, Any] = {
        "disease": "dengue",
        "areas": [area(code) for code in codes or (GAMBIR,)],
        "urgency": "Expected",
        "severity": "Moderate",
        "certainty": "Observed",
        "texts": TEXTS,
        "expires_at": NOW + timedelta(days=7),
    }
    return AlertContent(**(values | changes))


def resident(name: str, *codes: str) -> User:
    user = User.objects.create_user(email=f"{name}@town.example")
    for code in codes:
        actions.subscribe(by=Actor(ActorKind.RESIDENT, user.pk), area=area(code))
    return user


def sent(writer: Actor, sender: Actor, *codes: str, **changes: Any) -> HealthAlert:
    return actions.send_alert(by=sender, alert=actions.write_alert(by=writer, content=content(*codes, **changes)))


def test_another_officer_sends_what_one_has_written(writer: Actor, sender: Actor) -> None:
    draft = actions.write_alert(by=writer, content=content())
    with pytest.raises(NotAllowed, match="Another officer"):
        actions.send_alert(by=writer, alert=draft)
    with pytest.raises(IntegrityError, match="four_eyes"), transaction.atomic():
        HealthAlert.objects.filter(pk=draft.pk).update(sent_by=writer.user_id, sent_at=NOW)
    assert actions.send_alert(by=sender, alert=draft).sent_at == NOW
    with pytest.raises(ActionRefused, match="sent already"):
        actions.send_alert(by=sender, alert=draft)
    with pytest.raises(ActionRefused, match="cannot be deleted"):
        actions.discard_alert(by=sender, alert=draft)


def test_officers_warn_the_areas_of_their_grants_only(writer: Actor) -> None:
    north = officer_actor(officer("north", "31.72"))
    with pytest.raises(NotAllowed, match="You cannot send alerts"):
        actions.write_alert(by=north, content=content())
    draft = actions.write_alert(by=writer, content=content())
    with pytest.raises(NotAllowed):
        actions.send_alert(by=north, alert=draft)
    with pytest.raises(NotAllowed):
        actions.discard_alert(by=north, alert=draft)
    actions.discard_alert(by=writer, alert=draft)
    assert not HealthAlert.objects.exists()


@pytest.mark.parametrize(
    "changes",
    [
        {"areas": []},
        {"texts": {"en": TEXTS["en"]}},
        {"texts": {"id": TEXTS["id"] | {"instruction": " "}}},
        {"expires_at": NOW},
        {"expires_at": NOW + timedelta(days=61)},
    ],
)
def test_incomplete_alerts_are_refused(writer: Actor, changes: Mapping[str, Any]) -> None:
    with pytest.raises(ActionRefused):
        actions.write_alert(by=writer, content=content(**changes))


def test_those_who_want_alerts_of_the_area_get_one_message_each(
    writer: Actor, sender: Actor, run_jobs: Callable[[], int]
) -> None:
    near, both, around = resident("near", GAMBIR), resident("both", GAMBIR, MENTENG), resident("around", "31.71")
    resident("far", KEBON_SIRIH)
    gone = resident("gone", GAMBIR)
    actions.unsubscribe(by=Actor(ActorKind.RESIDENT, gone.pk), area=area(GAMBIR))
    alert = sent(writer, sender, GAMBIR, MENTENG, severity="Severe")
    run_jobs()
    told = Message.objects.filter(sort="health-alert")
    assert {each.user_id for each in told} == {near.pk, both.pk, around.pk}
    first = told.get(user=near)
    assert (first.subject, first.urgent) == ("Dengue naik", True)
    assert "Kuras bak." in first.text
    alerts.notify(alert, AlertSubscription.objects.select_related("user"))
    assert told.filter(user=near).count() == 1


def test_an_update_and_an_end_replace_the_alert(writer: Actor, sender: Actor) -> None:
    first = sent(writer, sender)
    assert list(alerts.current_alerts(area(GAMBIR))) == [first]
    assert list(alerts.current_alerts(area(MENTENG))) == []
    drafts = [
        actions.write_alert(by=writer, content=content(), type="Update", replaces=first),
        actions.write_alert(by=writer, content=content(), type="Update", replaces=first),
    ]
    second = actions.send_alert(by=sender, alert=drafts[0])
    with pytest.raises(ActionRefused, match="newest"):
        actions.send_alert(by=sender, alert=drafts[1])
    with pytest.raises(IntegrityError, match="replaced_once"), transaction.atomic():
        HealthAlert.objects.filter(pk=drafts[1].pk).update(sent_at=NOW, sent_by=sender.user_id)
    with pytest.raises(ActionRefused, match="newest"):
        actions.write_alert(by=writer, content=content(), type="Update", replaces=first)
    assert list(alerts.current_alerts()) == [second]
    end = actions.write_alert(by=writer, content=content(), type="Cancel", replaces=second)
    actions.send_alert(by=sender, alert=end)
    assert list(alerts.current_alerts()) == []


def test_an_alert_ends_by_itself_and_is_removed_after_ten_years(writer: Actor, sender: Actor) -> None:
    first = sent(writer, sender)
    actions.send_alert(
        by=sender, alert=actions.write_alert(by=writer, content=content(), type="Update", replaces=first)
    )
    with current_time.freeze(NOW + timedelta(days=8)):
        assert not alerts.current_alerts().exists()
    with current_time.freeze(NOW + timedelta(days=3700)):
        assert retention.apply(retention.rules.get("epidemic.health-alerts")) == 2


def read_cap(client: CheckedClient, alert: HealthAlert) -> etree._Element:
    response = client.get(f"/epidemic/alerts/{alert.identifier}/cap.xml")
    assert response["Content-Type"].startswith("application/cap+xml")
    document = etree.fromstring(response.content)
    SCHEMA.assertValid(document)
    return document


def test_cap_documents_are_valid_and_refer_to_what_they_replace(
    client: CheckedClient, writer: Actor, sender: Actor
) -> None:
    first = sent(writer, sender, GAMBIR, MENTENG)
    end = actions.write_alert(by=writer, content=content(), type="Cancel", replaces=first)
    actions.send_alert(by=sender, alert=end)
    space = {"c": alerts.CAP}
    document = read_cap(client, first)
    assert [each.text for each in document.findall("c:info/c:language", space)] == ["id", "en"]
    assert document.findtext("c:info/c:description", namespaces=space) == TEXTS["id"]["description"]
    assert document.findtext("c:sent", namespaces=space) == "2026-12-01T10:00:00+07:00"
    codes = document.findall("c:info[1]/c:area/c:geocode/c:value", space)
    assert {each.text for each in codes} == {GAMBIR, MENTENG}
    cancel = read_cap(client, end)
    sender_name = document.findtext("c:sender", namespaces=space)
    assert cancel.findtext("c:msgType", namespaces=space) == "Cancel"
    reference = f"{sender_name},{first.identifier},2026-12-01T10:00:00+07:00"
    assert cancel.findtext("c:references", namespaces=space) == reference
    assert cancel.findtext("c:info/c:headline", namespaces=space) == "Berakhir: Dengue naik"


def test_the_schema_of_this_test_refuses_what_the_standard_refuses(
    client: CheckedClient, writer: Actor, sender: Actor
) -> None:
    document = read_cap(client, sent(writer, sender))
    for path, wrong in (("sent", "2026-12-01T03:00:00Z"), ("identifier", "a b"), ("info/urgency", "Soon")):
        element = document.find("/".join(f"{{{alerts.CAP}}}{each}" for each in path.split("/")))
        assert element is not None
        before, element.text = element.text, wrong
        assert not SCHEMA.validate(document), path
        element.text = before


def test_the_feed_lists_sent_alerts_with_their_cap_documents(
    client: CheckedClient, writer: Actor, sender: Actor
) -> None:
    alert = sent(writer, sender)
    actions.write_alert(by=writer, content=content(texts={"id": TEXTS["id"] | {"headline": "Rahasia"}}))
    feed = etree.fromstring(client.get("/epidemic/alerts/feed.xml").content)
    space = {"a": alerts.ATOM}
    assert [each.text for each in feed.findall("a:entry/a:title", space)] == ["Dengue naik"]
    link = feed.find("a:entry/a:link[@rel='enclosure']", space)
    assert link is not None
    assert link.get("href", "").endswith(f"/epidemic/alerts/{alert.identifier}/cap.xml")
    assert all(feed.findtext(f"a:{name}", namespaces=space) for name in ("id", "title", "updated"))


def test_drafts_are_not_public(client: CheckedClient, writer: Actor) -> None:
    draft = actions.write_alert(by=writer, content=content())
    assert client.get(f"/epidemic/alerts/{draft.identifier}/").status_code == 404
    assert client.get(f"/epidemic/alerts/{draft.identifier}/cap.xml").status_code == 404


def test_officers_take_an_alert_of_surveillance_over_on_the_page(client: CheckedClient) -> None:
    proposal = AreaAlert.objects.create(
        disease="dengue", area_id=GAMBIR, week=date(2026, 11, 23), cases=12, methods={}, state="real", judged_at=NOW
    )
    author, other = officer("author"), officer("other")
    client.force_login(author.user)
    assert f"?from={proposal.pk}" in client.get("/desk/epidemic/alerts/").content.decode()
    address = f"/desk/epidemic/alerts/new/?from={proposal.pk}"
    assert GAMBIR in client.get(address).content.decode()
    typed = {f"{part}-id": text for part, text in TEXTS["id"].items()} | {"disease": "dengue", "last_day": "2026-12-10"}
    typed |= {"areas": "Gambir\nnowhere", "severity": "Moderate", "urgency": "Expected", "certainty": "Observed"}
    assert client.post(address, typed).status_code == 422
    review = client.post(address, typed | {"areas": GAMBIR})["Location"]
    assert client.post(review).status_code == 422
    reviewer = CheckedClient()
    reviewer.force_login(other.user)
    assert reviewer.post(review).status_code == 302
    alert = HealthAlert.objects.get()
    assert (alert.area_alert, alert.sent_by, list(alert.texts)) == (proposal, other.user, ["id"])
    page = CheckedClient().get("/epidemic/alerts/").content.decode()
    assert "Dengue naik" in page
    assert "&lt;kasus&gt;" in page
    assert reviewer.get(f"/desk/epidemic/alerts/new/?replaces={alert.pk}&cancel=1").status_code == 200


def test_residents_choose_at_most_five_areas(client: CheckedClient) -> None:
    user = resident("many")
    client.force_login(user)
    address = "/epidemic/alerts/areas/"
    codes = [each.code for _parent, areas in city.lowest_level_areas() for each in areas][:6]
    assert [client.post(address, {"area": code}).status_code for code in codes] == [302] * 5 + [422]
    assert client.post(address, {"area": "31.71"}).status_code == 422
    assert client.post(address, {"area": codes[0], "remove": "1"}).status_code == 302
    assert AlertSubscription.objects.filter(user=user).count() == 4
    own = people_actions.ensure_resident(by=Actor(ActorKind.RESIDENT, user.pk), user=user)
    subject = DataSubject(user, own)
    category = personal_data_categories.get("epidemic.alert-areas")
    assert len(list(category.records(subject))) == 4
    assert category.erase is not None
    assert category.erase(BY, subject) == 4
    assert CheckedClient().get(address).status_code == 302


def test_the_home_page_brings_alerts_and_the_level_of_the_own_area(
    client: CheckedClient, writer: Actor, sender: Actor
) -> None:
    sent(writer, sender)
    DeclaredLevel.objects.create(
        area_id="31", disease="covid-19", since=date(2026, 11, 1), name="PPKM Level 2", level=2, checked=True
    )
    client.cookies["area"] = MENTENG
    page = client.get("/").content.decode()
    assert "PPKM Level 2" in page
    assert "Dengue naik" not in page
    assert "/epidemic/self-assessment/" in page
    client.cookies["area"] = GAMBIR
    with connection.execute_wrapper(counted := Counter()):
        assert "Dengue naik" in client.get("/").content.decode()
    assert counted.number < 40
    advice = client.get("/epidemic/advice/covid-19/").content.decode()
    assert "sekarang di tempat Anda" in advice
    assert client.get("/epidemic/advice/dengue/").status_code == 200
    assert client.get("/epidemic/advice/plague/").status_code == 404


class Counter:
    """Number of statements."""

    number = 0

    def __call__(self, execute: Any, *args: Any) -> Any:
        self.number += 1
        return execute(*args)
