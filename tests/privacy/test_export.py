"""Data export: complete, readable, private, deleted after two weeks."""

import json
import zipfile
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO

import pytest
from django.urls import reverse
from pypdf import PdfReader

from kini.cases import actions as case_actions
from kini.core import current_time, files, retention
from kini.core.actors import NotAllowed
from kini.people.personal_data_registry import personal_data_categories
from kini.privacy import actions
from kini.privacy.models import Export
from kini.services.models import ServiceVersion
from tests.cases.town import NIK, Town, filled, photo
from tests.privacy.conftest import Ask


@pytest.fixture
def copy(town: Town, permit: ServiceVersion, ask: Ask, run_jobs: Callable[[], int]) -> Export:
    by = town.named("resident")
    draft = filled(by, permit, town.resident)
    letter = case_actions.attach_file(by=by, draft=draft, slot="letter", upload=photo())
    draft = case_actions.save_answers(
        by=by, draft=draft, page="doc-letter", values={"letter": {"files": [str(letter.pk)]}}
    )
    case_actions.submit(by=by, draft=draft, confirm=True)
    case = ask("export", contents="everything")
    run_jobs()
    case.refresh_from_db()
    assert case.state == "ready"
    return Export.objects.get(case=case)


def opened_copy(browse, town: Town, export: Export) -> zipfile.ZipFile:
    response = browse(town.resident).get(reverse("privacy:download", args=[export.pk]))
    assert response.status_code == 200
    assert response["Content-Type"] == "application/zip"
    return zipfile.ZipFile(BytesIO(response.content))


def test_the_copy_holds_everything_to_read_and_to_take_elsewhere(copy, town, browse):
    archive = opened_copy(browse, town, copy)
    data = json.loads(archive.read("data.json"))
    assert set(data["categories"]) == set(personal_data_categories.names())
    profile = data["categories"]["people.profile"]["records"][0]
    assert (profile["name"], profile["number"]) == ("Warga Contoh", "")
    request = data["categories"]["cases.requests"]["records"][0]
    assert any("Camar" in answer for answer in request["answers"])
    assert any(NIK[-4:] in answer for answer in request["answers"])
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(archive.read("data.pdf"))).pages)
    assert "Warga Contoh" in text
    assert "Camar" in text
    assert any(name.startswith(f"files/{request['reference']}/letter-") for name in archive.namelist())


def test_the_copy_is_sealed_on_the_disk(copy):
    with files.open_stored(copy.sha256) as file:
        assert b"data.json" not in file.read()


def test_nobody_else_downloads_it(copy, town, browse, client):
    address = reverse("privacy:download", args=[copy.pk])
    assert browse(town.neighbour).get(address).status_code == 404
    assert browse(town.head).get(address).status_code == 404
    assert client.get(address).status_code == 302
    with pytest.raises(NotAllowed):
        actions.record_download(by=town.named("neighbour"), export=copy)


def test_the_person_finds_it_and_is_told(copy, town, browse):
    page = browse(town.resident).get(reverse("privacy:mine")).text
    assert reverse("privacy:download", args=[copy.pk]) in page
    assert (
        reverse("privacy:download", args=[copy.pk]) in browse(town.resident).get(f"/cases/{copy.case.reference}/").text
    )
    assert town.resident.user.messages.filter(link=f"/cases/{copy.case.reference}/").exists()


def test_it_is_gone_after_two_weeks(copy, town, browse):
    rule = retention.rules.get("privacy.exports")
    assert retention.apply(rule) == 0
    with current_time.freeze(current_time.now() + timedelta(days=14, minutes=1)):
        assert browse(town.resident).get(reverse("privacy:download", args=[copy.pk])).status_code == 404
        assert retention.apply(rule) == 1
    assert not Export.objects.exists()


def test_without_files_it_has_none(town, ask, run_jobs, browse):
    case = ask("export", contents="records")
    run_jobs()
    names = opened_copy(browse, town, Export.objects.get(case=case)).namelist()
    assert sorted(names) == ["data.json", "data.pdf"]
