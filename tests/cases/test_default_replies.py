"""Default canned replies of every agency."""

import shutil
from pathlib import Path

from kini.cases import actions
from kini.cases.default_replies import FILE, check_default_replies, read_default_replies
from kini.cases.models import CannedReply
from tests.cases.town import BY, Town
from tests.city.conftest import JAKARTA, TOWN
from tests.services.pack_folder import PackFolder

TEXTS = {"Not clear": "Send {reference} again.", "Missing": "We need … ."}


def test_the_city_s_own_are_sound() -> None:
    assert list(check_default_replies(JAKARTA)) == []
    assert "missing" in read_default_replies(JAKARTA)


def test_faults_are_told_with_their_place(tmp_path: Path) -> None:
    town = PackFolder(Path(shutil.copytree(TOWN, tmp_path / "town")))
    assert read_default_replies(town.root) == {}
    town.write(FILE, "late:\n  title: {pt: Tarde, en: Late}\n  text: {pt: Até {due}., en: 'By {someday}.'}\n")
    assert [fault.file for fault in check_default_replies(town.root)] == [FILE]
    town.write(FILE, "late:\n  title: {pt: Tarde}\n  text: {pt: Tarde., en: 'By {someday}.'}\n")
    errors = sorted((fault.field, fault.message) for fault in check_default_replies(town.root))
    assert errors == [("late.text.en", "nothing stands for {someday}"), ("late.title", "no text in en")]


def test_an_agency_without_any_begins_with_them_and_keeps_its_own(town: Town) -> None:
    own = actions.create_reply(by=BY, agency=town.registry, service=None, title="Ours", text="Our text.")
    assert actions.create_default_replies(by=BY, texts=TEXTS) == 2
    replies = CannedReply.objects.filter(agency=town.roads)
    assert {reply.title: reply.text for reply in replies} == TEXTS
    assert list(CannedReply.objects.filter(agency=town.registry)) == [own]
    actions.set_reply_active(by=BY, reply=replies[0], active=False)
    assert actions.create_default_replies(by=BY, texts=TEXTS) == 0
