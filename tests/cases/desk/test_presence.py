"""Presence and mentions of colleagues on the same case."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from kini.cases import actions
from kini.cases.models import Case, Mention, Presence
from kini.core import current_time, retention
from kini.core.actors import NotAllowed
from kini.core.models import AuditEntry, OutboxMessage
from kini.services.models import ServiceVersion
from tests.cases.desk.conftest import Browse
from tests.cases.town import Town, acting, employed, opened, person
from tests.pagechecks import CheckedClient


def note(client: CheckedClient, case: Case, text: str, mention: str = ""):
    return client.post(f"/desk/cases/{case.reference}/note/", {"text": text, "mention": mention})


def test_a_mentioned_colleague_is_told_finds_the_note_and_reads_it(
    town: Town, case: Case, clerk: CheckedClient, head: CheckedClient, run_jobs: Callable[[], int]
):
    assert "Nobody has mentioned you yet" in head.get("/desk/mentions/").content.decode()
    assert note(clerk, case, "Is this boat yours, @kepala kantor?").status_code == 303
    run_jobs()
    message = OutboxMessage.objects.get(recipient="+6281200000002")
    assert "Petugas Berkas" in message.text
    assert case.reference in message.text
    assert "boat" not in message.text, "what a note says stays at the desk"
    page = head.get("/desk/mentions/").content.decode()
    assert "Is this boat yours" in page
    assert ">New<" in page
    assert head.get(f"/desk/cases/{case.reference}/").status_code == 200
    page = head.get("/desk/mentions/").content.decode()
    assert "Is this boat yours" in page
    assert ">New<" not in page
    assert AuditEntry.objects.get(action="cases.mentions-read").actor_id == town.head.user_id


def test_a_colleague_chosen_beside_the_note_is_named_in_it(town: Town, case: Case, clerk: CheckedClient):
    note(clerk, case, "Please look.", "Kepala Kantor")
    assert case.timeline.get(sort="noted").data["text"] == "Please look. @Kepala Kantor"
    assert Mention.objects.get().officer == town.head
    assert note(clerk, case, "", "Kepala Kantor").status_code == 422


def test_only_colleagues_who_may_see_the_case_are_told_and_never_whose_case_it_is(
    town: Town, permit: ServiceVersion, clerk: CheckedClient
):
    employed("+6281200000081", "Petugas Jalan", town.roads, "head")
    employed("+6281200000082", "Petugas Bukit", town.registry, "clerk", area=town.areas["hill"])
    own = person("+6281200000083", "Petugas Pemohon")
    employed("+6281200000083", "Petugas Pemohon", town.registry, "clerk")
    case = opened(acting(own), permit, own)
    note(clerk, case, "@Petugas Jalan @Petugas Bukit @Petugas Pemohon @Petugas Berkas @Warga Contoh")
    assert not Mention.objects.exists()


def test_one_mention_a_note_and_nobody_deletes_the_note_under_it(town: Town, case: Case):
    actions.add_note(by=town.named("clerk"), case=case, text="@Kepala Kantor @Kepala Kantor")
    mention = Mention.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        Mention.objects.create(entry=mention.entry, officer=mention.officer)


def test_colleagues_are_shown_who_looks_at_the_case_now(
    town: Town, case: Case, clerk: CheckedClient, head: CheckedClient, browse: Browse
):
    at = f"/desk/cases/{case.reference}/"
    assert "Also looking" not in clerk.get(at).content.decode()
    page = head.get(at).content.decode()
    assert "Also looking at this case now" in page
    assert "Petugas Berkas" in page
    part = clerk.post(f"{at}presence/", headers={"hx-request": "true"}).content.decode()
    assert "Kepala Kantor" in part
    assert "Petugas Berkas" not in part
    assert "Also looking" not in browse(town.resident).get(f"/cases/{case.reference}/").content.decode()
    with current_time.freeze(current_time.now() + timedelta(seconds=61)):
        assert "Also looking" not in head.get(at).content.decode()
        retention.apply(retention.rules.get("cases.presences"))
    assert Presence.objects.count() == 1


def test_presence_belongs_to_those_who_work_on_the_case(town: Town, case: Case, browse: Browse):
    stranger = browse(employed("+6281200000084", "Petugas Jalan", town.roads, "clerk"))
    assert stranger.post(f"/desk/cases/{case.reference}/presence/").status_code == 404
    assert browse(town.resident).post(f"/desk/cases/{case.reference}/presence/").status_code == 403
    with pytest.raises(NotAllowed):
        actions.record_presence(by=town.named("resident"), case=case)
    assert not Presence.objects.exists()


def test_one_row_each_however_often_a_page_says_so(town: Town, case: Case):
    for _ in range(3):
        actions.record_presence(by=town.named("clerk"), case=case)
    assert Presence.objects.count() == 1
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO cases_presence (case_id, officer_id, until)"
            " SELECT case_id, officer_id, now() FROM cases_presence"
        )
