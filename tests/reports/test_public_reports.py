"""Public reports: only what an officer released, masked; near ones before sending; "me too" with a claim code."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from math import degrees
from typing import Any

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, connections, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import Settings

from kini.cases import actions as cases
from kini.cases.events import CaseMoved
from kini.cases.models import Case
from kini.core import current_time, retention
from kini.core.actors import ActionRefused, NotAllowed, system
from kini.core.geometry import EARTH_RADIUS_M
from kini.core.retention import YEAR
from kini.messages.models import Message
from kini.people.models import AccessLog
from kini.reports import actions, notifications, queries, rules
from kini.reports.models import Follower, Publication, PublicVersion
from kini.reports.public_text import masked, words_of
from kini.services.flows import Flow
from kini.services.models import ServiceVersion
from tests.cases.town import Town, filled, guest, offer, opened, photo
from tests.environment import replace
from tests.pagechecks import CheckedClient
from tests.reports.conftest import REPORT, SAID, STREET

CHOICE = {"type": "choice", "label": "Seen by", "options": {"private": "Private", "public": "Public"}}
PUBLIC = REPORT | {
    "ask": [
        {"fields": {"photos": {"type": "photo", "label": "Photo", "max": 2, "optional": True}}},
        *REPORT["ask"],
        {"fields": {"visibility": CHOICE}},
    ]
}
WORDS = "The lamp is dark, call 0812 3456 7890"
METRE = degrees(1 / EARTH_RADIUS_M)


@pytest.fixture
def lamps(town: Town) -> ServiceVersion:
    return offer("broken-lamp", PUBLIC, Flow.model_validate(STREET))


def said(visibility: str = "public", metres: float = 0.0) -> dict[str, dict[str, Any]]:
    spot = SAID["spot"]["spot"] | {"lat": -6.11 + metres * METRE}
    return {"what": {"what": WORDS}, "spot": {"spot": spot}, "visibility": {"visibility": visibility}}


def reported(town: Town, version: ServiceVersion, **words: Any) -> Case:
    return opened(town.named("resident"), version, town.resident, said(**words))


def released(town: Town, version: ServiceVersion, **words: Any) -> Publication:
    case = reported(town, version, **words)
    actions.release(by=town.named("clerk"), case=case, text=words_of(case))
    return queries.public_report(case.reference)


def test_only_who_wants_it_is_public_and_only_after_a_check(town: Town, lamps: ServiceVersion, client: CheckedClient):
    private, wanted = reported(town, lamps, visibility="private"), reported(town, lamps)
    assert [each.case for each in Publication.objects.all()] == [wanted]
    for case in (private, wanted):
        assert client.get(f"/reports/{case.reference}/").status_code == 404
    with pytest.raises(ActionRefused, match="keeps it private"):
        actions.release(by=town.named("clerk"), case=private, text="")
    actions.release(by=town.named("clerk"), case=wanted, text=words_of(wanted))
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    page = client.get(f"/reports/{wanted.reference}/").content.decode()
    assert "The lamp is dark, call •••" in page
    assert not any(secret in page for secret in ("7890", "Warga", "Edited by the city"))
    assert wanted.reference in client.get("/reports/").content.decode()


def test_the_database_holds_what_is_public(town: Town, lamps: ServiceVersion):
    one, other = released(town, lamps), reported(town, lamps, metres=500)
    with pytest.raises(IntegrityError), transaction.atomic():
        Publication.objects.filter(case=other).update(state="released")
    with pytest.raises(IntegrityError), transaction.atomic():
        Publication.objects.filter(case=other).update(state="released", current=one.current)
    with pytest.raises(IntegrityError), transaction.atomic():
        Publication.objects.filter(case=other).update(cell=7)
    with pytest.raises(IntegrityError), transaction.atomic():
        Publication.objects.filter(case=other).update(latitude=-6.0)
    with pytest.raises(IntegrityError), transaction.atomic():
        PublicVersion.objects.update(text="something else")
    with pytest.raises(IntegrityError), transaction.atomic():
        PublicVersion.objects.all().delete()


def test_edited_words_have_a_mark_a_reason_and_every_version(town: Town, lamps: ServiceVersion, client: CheckedClient):
    case, clerk = released(town, lamps).case, town.named("clerk")
    with pytest.raises(ActionRefused, match="Say why"):
        actions.release(by=clerk, case=case, text="The lamp is dark")
    actions.release(by=clerk, case=case, text="The lamp is dark", reason="A name")
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    page = client.get(f"/reports/{case.reference}/").content.decode()
    assert "Edited by the city" in page
    assert "A name" in page
    assert [each.edited for each in PublicVersion.objects.order_by("number")] == [False, True]


def test_an_officer_checks_reports_at_the_desk(town: Town, lamps: ServiceVersion, client: CheckedClient):
    case = reported(town, lamps)
    client.force_login(town.clerk.user)
    listed = client.get("/desk/reports/").content.decode()
    assert case.reference in listed
    assert case.area.name in listed
    page = client.get(f"/desk/reports/{case.reference}/").content.decode()
    assert "•••" in page
    assert "7890" not in page
    assert AccessLog.objects.filter(resident=town.resident).exists()
    address = f"/desk/reports/{case.reference}/"
    assert client.post(address, {"text": "Other words", "verdict": "release"}).status_code == 422
    answer = client.post(address, {"text": words_of(case), "verdict": "release"})
    assert answer.status_code == 303
    assert queries.public_report(case.reference).current.edited is False
    assert masked("two\r\nlines") == "two\nlines"
    client.force_login(town.neighbour.user)
    assert client.get(f"/desk/reports/{case.reference}/").status_code == 403


def test_the_reporter_takes_it_back(town: Town, lamps: ServiceVersion, client: CheckedClient):
    case = released(town, lamps).case
    with pytest.raises(NotAllowed):
        actions.make_private(by=town.named("neighbour"), case=case)
    with pytest.raises(ActionRefused, match="Say why"):
        actions.make_private(by=town.named("clerk"), case=case)
    actions.make_private(by=town.named("resident"), case=case)
    assert client.get(f"/reports/{case.reference}/").status_code == 404
    assert not queries.near_reports(case.service_id, (-6.11, 106.8), metres=100, closed=timedelta(days=14))


def test_photos_are_public_only_when_an_officer_chose_them(town: Town, lamps: ServiceVersion, client: CheckedClient):
    by = town.named("resident")
    draft = filled(by, lamps, town.resident, said())
    picture = cases.attach_file(by=by, draft=draft, slot="photos", upload=photo(3, name="Warga Contoh.jpg"))
    cases.update_answers(by=by, draft=draft, values={"photos": {"files": [str(picture.pk)]}})
    case = cases.submit(by=by, draft=draft, confirm=True)
    address = reverse("reports:public-photo", args=[case.reference, "before"])
    actions.release(by=town.named("clerk"), case=case, text=words_of(case))
    assert client.get(address).status_code == 404
    stored = case.documents.get()
    copy = actions.prepare_photo(by=town.named("clerk"), case=case, photo=stored)
    actions.release(by=town.named("clerk"), case=case, text=words_of(case), before=copy, reason="Photo looked at")
    response = client.get(address)
    assert response.status_code == 200
    assert "Warga" not in response["Content-Disposition"]
    assert b"".join(response.streaming_content).startswith(b"\xff\xd8\xff")
    other = reported(town, lamps, metres=300)
    with pytest.raises(ActionRefused, match="photo of this report"):
        actions.release(by=town.named("clerk"), case=other, text="", before=copy, reason="x")


@pytest.mark.parametrize(("metres", "offered"), [(0, True), (99, True), (101, False), (5000, False)])
def test_near_ones_are_offered_with_one_query(town: Town, lamps: ServiceVersion, metres: float, offered: bool):
    publication = released(town, lamps, metres=metres)
    with CaptureQueriesContext(connection) as ran:
        near = queries.near_reports("broken-lamp", (-6.11, 106.8), metres=100, closed=timedelta(days=14))
        shown = [
            (each.publication.pk, each.publication.case.public_state, each.publication.current.text) for each in near
        ]
    assert len(ran) == 1
    assert [pk for pk, _state, _text in shown] == ([publication.pk] if offered else [])


def test_cells_of_a_circle_hold_every_point_in_it():
    for latitude, longitude in ((-6.11, 106.8), (0.0, 0.0), (48.2, 16.37), (-6.0025, 106.7975)):
        north, east = rules.degrees_around(latitude, 100)
        cells = rules.cells_around(latitude, longitude, 100)
        assert len(cells) <= 4
        for y in (-1, -0.5, 0, 0.5, 1):
            for x in (-1, 0, 1):
                assert rules.cell_of(latitude + y * north, longitude + x * east) in cells


def test_me_too_in_one_tap_with_the_photo_of_the_draft(town: Town, lamps: ServiceVersion, client: CheckedClient):
    case, by = released(town, lamps).case, town.named("neighbour")
    draft = filled(by, lamps, town.neighbour, said(metres=20) | {"who": {"who": "Tetangga"}})
    cases.attach_file(by=by, draft=draft, slot="photos", upload=photo(4))
    client.force_login(town.neighbour.user)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    page = client.get(reverse("cases:check", args=[draft.pk])).content.decode()
    assert "Is it one of these?" in page
    response = client.post(reverse("reports:me-too", args=[case.reference]), {"draft": str(draft.pk)})
    code = response.context["code"]
    follower = Follower.objects.get()
    assert (follower.case, follower.user, follower.size > 0) == (case, town.neighbour.user, True)
    assert not Case.objects.filter(resident=town.neighbour).exists()
    assert code.encode() not in bytes(follower.code_hash)
    client.logout()
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    assert "You get a code" in client.get(f"/reports/{case.reference}/").content.decode()
    page = client.post("/reports/followed/", {"code": code.lower().replace("-", " ")}).content.decode()
    assert "Waiting" in page
    assert client.post("/reports/followed/", {"code": "7F3K-9Q2M-V0XA-4TBE-8HJ5"}).status_code == 422
    with pytest.raises(ActionRefused, match="already"):
        actions.follow(by=by, publication=queries.public_report(case.reference))


def test_somebody_elses_draft_is_no_ticket(town: Town, lamps: ServiceVersion, client: CheckedClient):
    case = released(town, lamps).case
    draft = filled(town.named("neighbour"), lamps, town.neighbour, said(metres=20))
    response = client.post(reverse("reports:me-too", args=[case.reference]), {"draft": str(draft.pk)})
    assert response.status_code == 404
    with pytest.raises(NotAllowed):
        actions.follow(by=guest(), publication=queries.public_report(case.reference), draft=draft)
    assert not Follower.objects.exists()


def test_answers_go_to_followers_of_all_joined_reports(town: Town, lamps: ServiceVersion):
    first, later = released(town, lamps), released(town, lamps, metres=30)
    actions.follow(by=town.named("neighbour"), publication=later)
    clerk, opened_at = town.named("clerk"), later.opened_at
    joined = cases.merge(by=clerk, case=first.case, other=later.case)
    assert joined.reference == later.case.reference
    near = queries.near_reports("broken-lamp", (-6.11, 106.8), metres=100, closed=timedelta(days=14))
    assert [each.publication.pk for each in near] == [first.pk]
    assert queries.same_problem(first.case) == 2
    root = cases.move(by=clerk, case=first.case, move="start")
    notifications.notify_followers(CaseMoved(root.reference, "start", root.state, root.entries))
    notifications.notify_followers(CaseMoved(root.reference, "start", root.state, root.entries))
    assert [each.user for each in Message.objects.filter(sort="report-step")] == [town.neighbour.user]
    apart = cases.unmerge(by=clerk, case=joined)
    assert (apart.merged_into, apart.closed_at, apart.opened_at) == (None, None, opened_at)


def test_they_go_with_the_report(town: Town, lamps: ServiceVersion):
    case = released(town, lamps).case
    actions.follow(by=guest(), publication=queries.public_report(case.reference))
    case = cases.withdraw(by=town.named("resident"), case=case)
    publications, followers = (retention.rules.get(f"reports.{name}") for name in ("publications", "followers"))
    assert (retention.apply(publications), retention.apply(followers)) == (0, 0)
    with current_time.freeze(current_time.now() + 6 * YEAR):
        cases.anonymise(by=system("retention"), case=case)
        assert not queries.released().exists()
        assert (retention.apply(publications), retention.apply(followers)) == (1, 1)
    assert not PublicVersion.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_hundred_people_have_the_same_problem(town: Town, lamps: ServiceVersion):
    publication = released(town, lamps)

    def follow(number: int) -> str:
        try:
            return actions.follow(by=guest(f"browser-{number}"), publication=publication)[1]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        codes = set(pool.map(follow, range(200)))
    assert (len(codes), Follower.objects.filter(case=publication.case).count()) == (200, 200)


def test_the_public_side_follows_the_case_in_the_database(town: Town, lamps: ServiceVersion):
    report = released(town, lamps)
    assert list(queries.public_reports(state="open")) == [report]
    case = cases.move(by=town.named("resident"), case=report.case, move="withdraw")
    assert not queries.public_reports(state="open").exists()
    assert Publication.objects.get(pk=case.pk).outcome == case.outcome == "withdrawn"
    assert queries.released().exists()
    Case.objects.filter(pk=case.pk).update(anonymised_at=current_time.now())
    assert not queries.released().exists()


def test_the_map_draws_the_newest_reports_in_squares(
    town: Town, lamps: ServiceVersion, monkeypatch: pytest.MonkeyPatch
):
    older, newer = released(town, lamps), released(town, lamps, metres=30)
    middle = (older.latitude + newer.latitude) / 2, (older.longitude + newer.longitude) / 2
    assert queries.map_dots(queries.public_reports()) == [pytest.approx(middle)], "close together"
    monkeypatch.setattr(queries, "MOST_ON_MAP", 1)
    assert queries.map_dots(queries.public_reports()) == [(newer.latitude, newer.longitude)]


def test_the_map_is_one_index_scan(town: Town, lamps: ServiceVersion):
    released(town, lamps)
    with CaptureQueriesContext(connection) as captured:
        assert queries.map_dots(queries.public_reports())
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")
        cursor.execute(f"EXPLAIN {captured.captured_queries[-1]['sql']}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "Index Only Scan using reports_newest" in plan
    assert "cases_case" not in plan


def test_a_released_report_is_at_once_on_map_list_and_feeds(
    town: Town, lamps: ServiceVersion, client: CheckedClient, settings: Settings
):
    """What is cached between the release and a visitor may not hide it: pages are opened before and after."""
    settings.ENV = replace(settings.ENV, fast_path=True)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    case = reported(town, lamps)
    pages = ("/reports/", "/reports/?area=1.1.1&period=7", "/reports/feed/", "/open311/v2/requests.json")
    for page in pages * 2:
        answer = client.get(page)
        assert answer.status_code == 200
        assert case.reference not in answer.content.decode()
        kept = {each.partition("=")[0].strip() for each in answer.headers.get("Cache-Control", "").split(",")}
        assert kept & {"no-store", "no-cache"}, f"{page}: browsers and proxies may keep it"
    assert not queries.map_dots(queries.public_reports())
    empty = client.get("/reports/").content.decode()
    assert "Use fewer filters" not in empty
    assert "Use fewer filters" in client.get("/reports/?area=1.1.2").content.decode()
    actions.release(by=town.named("clerk"), case=case, text=words_of(case))
    for page in pages:
        assert case.reference in client.get(page).content.decode(), page
    assert queries.map_dots(queries.public_reports()) == [(case.latitude, case.longitude)]
    actions.make_private(by=town.named("clerk"), case=case, reason="Private")
    assert all(case.reference not in client.get(page).content.decode() for page in pages), "and gone as soon"


def test_the_nearest_is_offered_first(town: Town, lamps: ServiceVersion):
    far, near, farther = (released(town, lamps, metres=each) for each in (60, 20, -80))
    words = said()
    words["spot"] = {"spot": words["spot"]["spot"] | {"lon": 106.8 + 40 * METRE}}
    east = opened(town.named("resident"), lamps, town.resident, words)
    actions.release(by=town.named("clerk"), case=east, text=words_of(east))
    found = queries.near_reports("broken-lamp", (-6.11, 106.8), metres=100, closed=timedelta(days=14))
    assert [each.publication.pk for each in found] == [near.pk, east.pk, far.pk]
    assert [round(each.metres) for each in found] == [20, 40, 60]
    assert farther.pk not in [each.publication.pk for each in found], "three are enough"
