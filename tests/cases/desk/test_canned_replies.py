"""Canned replies: put into the text of a step, where they stay editable; written on pages, with every version kept."""

import pytest
from django.db import DatabaseError, transaction

from kini.cases import actions
from kini.cases.models import CannedReply, CannedReplyVersion, Case
from kini.core.actors import ActionRefused, NotAllowed
from kini.core.models import AuditEntry
from kini.services.models import Service, ServiceVersion
from tests.cases.desk.conftest import Browse
from tests.cases.town import BY, PERMIT, Town, acting, employed, offer
from tests.pagechecks import CheckedClient

TEXT = "About {service} {reference}: bring the {paper}."


@pytest.fixture
def boss(town: Town, browse: Browse) -> CheckedClient:
    return browse(employed("+6281200000091", "Kepala Dinas", town.registry, "boss"))


def written(town: Town, title: str, text: str, service: str = "") -> CannedReply:
    service_row = Service.objects.get(pk=service) if service else None
    return actions.create_reply(by=BY, agency=town.registry, service=service_row, title=title, text=text)


def test_a_reply_stands_in_the_text_and_stays_editable(town: Town, case: Case, clerk: CheckedClient):
    reply = written(town, "Photo unclear", "{reference}, {service}: the photo is unclear. {officer}", "stall-permit")
    at = f"/desk/cases/{case.reference}/moves/ask/"
    assert "Photo unclear" in clerk.get(at).content.decode()
    sent = {"state": "check", "message": "Hello.", "reply": reply.pk, "pages": "boat", "insert": "message"}
    response = clerk.post(at, sent)
    page = response.content.decode()
    assert response.status_code == 200
    filled = f"{case.reference}, Stall permit: the photo is unclear. Petugas Berkas"
    assert f"Hello.\n\n{filled}" in page
    assert 'value="boat" checked' in page, "what was ticked stays"
    assert Case.objects.get().state == "check", "nothing is sent yet"
    assert clerk.post(at, {"state": "check", "message": filled + "!"}).status_code == 303
    assert case.timeline.last().data["given"]["message"] == filled + "!"


def test_a_reply_of_another_service_or_agency_or_put_aside_is_not_offered(town: Town, case: Case, clerk: CheckedClient):
    offer("other", PERMIT)
    written(town, "For all", "General.")
    written(town, "Elsewhere", "Other.", "other")
    actions.create_reply(by=BY, agency=town.roads, service=None, title="Roads", text="Roads.")
    aside = written(town, "Old", "Old.")
    actions.set_reply_active(by=BY, reply=aside, active=False)
    at = f"/desk/cases/{case.reference}/moves/ask/"
    page = clerk.get(at).content.decode()
    assert "For all" in page
    for title in ("Elsewhere", "Roads", ">Old<"):
        assert title not in page
    for wanted in (aside.pk, "x", "²", "9" * 30, ""):
        page = clerk.post(at, {"state": "check", "message": "Mine", "reply": wanted, "insert": "message"})
        assert page.status_code == 200
        assert "Mine</textarea>" in page.content.decode()


def test_heads_write_change_and_put_aside(town: Town, permit: ServiceVersion, boss: CheckedClient):
    sent = {"home": "registry/stall-permit", "title": "Photo", "text": "Unclear."}
    assert boss.post("/desk/replies/add/", sent).status_code == 303
    reply = CannedReply.objects.get()
    assert (reply.service_id, reply.number) == ("stall-permit", 1)
    assert boss.post(f"/desk/replies/{reply.pk}/", {"title": "Photo", "text": "Unclear {due}"}).status_code == 303
    assert boss.post(f"/desk/replies/{reply.pk}/", {"title": "Photo", "text": "Unclear {due}"}).status_code == 303
    page = boss.get(f"/desk/replies/{reply.pk}/").content.decode()
    for text in ("version 2", "Unclear.", "Unclear {due}", "Kepala Dinas", "{reference}"):
        assert text in page
    assert boss.post(f"/desk/replies/{reply.pk}/active/", {"active": "no"}).status_code == 303
    assert "Deactivate" in boss.get("/desk/replies/").content.decode()
    deeds = AuditEntry.objects.filter(subject=f"reply:{reply.pk}").order_by("pk").values_list("action", flat=True)
    assert list(deeds) == ["cases.reply-written", "cases.reply-changed", "cases.reply-put-aside"]


def test_what_is_wrong_is_said_and_nothing_typed_is_lost(town: Town, permit: ServiceVersion, boss: CheckedClient):
    written(town, "Taken", "There.")
    for home, title, text, where in (
        ("roads/", "A", "B", "#home"),
        ("registry/", "", "B", "#title"),
        ("registry/", "x" * 81, "B", "#title"),
        ("registry/", "A", "", "#text"),
        ("registry/", "A", TEXT, "#text"),
        ("registry/", "Taken", "B", "#text"),
    ):
        response = boss.post("/desk/replies/add/", {"home": home, "title": title, "text": text})
        assert response.status_code == 422
        page = response.content.decode()
        assert f'href="{where}"' in page
        assert f">{text}</textarea>" in page
    assert CannedReply.objects.count() == 1


def test_replies_are_written_by_those_with_the_permission_within_their_bounds(
    town: Town, permit: ServiceVersion, clerk: CheckedClient, boss: CheckedClient, browse: Browse
):
    reply = written(town, "Photo", "Unclear.")
    theirs = actions.create_reply(by=BY, agency=town.roads, service=None, title="Roads", text="Roads.")
    for client in (clerk, browse(town.resident)):
        for address in ("", "add/", f"{reply.pk}/"):
            assert client.get(f"/desk/replies/{address}").status_code == 403
        assert client.post(f"/desk/replies/{reply.pk}/active/").status_code == 403
    assert boss.get(f"/desk/replies/{theirs.pk}/").status_code == 403
    assert boss.post(f"/desk/replies/{theirs.pk}/", {"title": "x", "text": "x"}).status_code == 403
    assert boss.get("/desk/replies/999999/").status_code == 404
    assert "Roads" not in boss.get("/desk/replies/").content.decode()
    with pytest.raises(NotAllowed):
        actions.update_reply(by=town.named("clerk"), reply=reply, title="x", text="x")
    pier = employed("+6281200000092", "Kepala Dermaga", town.registry, "boss", area=town.areas["pier"])
    with pytest.raises(NotAllowed):
        actions.create_reply(by=acting(pier), agency=town.registry, service=None, title="x", text="x")
    with pytest.raises(ActionRefused):
        actions.update_reply(by=BY, reply=reply, title="Photo", text="{nothing}")


def test_versions_never_change(town: Town, permit: ServiceVersion):
    written(town, "Photo", "Unclear.")
    with pytest.raises(DatabaseError, match="append"), transaction.atomic():
        CannedReplyVersion.objects.update(text="Other")
