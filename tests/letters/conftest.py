"""The town of the cases' tests, a pack with a letter, keys for its agencies, and a permit that has been granted."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from kini.cases import actions as case_actions
from kini.cases.models import Case
from kini.documents import queries, signing_keys
from kini.documents.environment import DocumentsEnvironment
from kini.letters.models import Letter
from kini.services.models import ServiceVersion
from tests.cases.conftest import town as town
from tests.cases.desk.conftest import browse as browse
from tests.cases.town import PACK, PERMIT, Town, offer, opened
from tests.environment import replace

TEMPLATE = """
#import "layout.typ": letter, rows
#let data = json("data.json")
#show: letter.with(data)
The harbour allows this stall:
#rows(data.rows)
"""
LETTER: dict[str, Any] = {
    "template": "permit",
    "title": {"id": "Surat izin lapak", "en": "Stall permit"},
    "show": {"name": "Nama", "nik": "NIK", "goods": None, "boat": "Perahu"},
    "months": 12,
}
GIVES = {"type": "document", "name": "Permit", "letter": LETTER}


@pytest.fixture(autouse=True)
def city(settings: Settings, var: Path, tmp_path: Path) -> Path:
    """A pack of this test's own, with the letter `permit`."""
    pack = tmp_path / "pack"
    shutil.copytree(PACK, pack)
    roles = (pack / "roles.yaml").read_text("utf-8")
    (pack / "roles.yaml").write_text(roles.replace("see-overdue,", "see-overdue, manage-letters,"), "utf-8")
    (pack / "letters").mkdir()
    (pack / "letters" / "permit.typ").write_text(TEMPLATE, "utf-8")
    settings.CITY_PATH = pack
    settings.ENV = replace(
        settings.ENV, outbox=True, demo=False, address="https://kota.example", signing_keys=tmp_path / "signing"
    )
    return pack


@pytest.fixture
def keys(town: Town, settings: Settings) -> Path:
    """A key for every agency."""
    agencies = [(agency.pk, agency.short_name) for agency in queries.signing_agencies()]
    signing_keys.make_development_keys(DocumentsEnvironment.current().keys_folder, agencies)
    return DocumentsEnvironment.current().keys_folder


@pytest.fixture
def permit(town: Town) -> ServiceVersion:
    return offer("stall-permit", PERMIT | {"gives": GIVES})


@pytest.fixture
def case(town: Town, permit: ServiceVersion) -> Case:
    return opened(town.named("resident"), permit, town.resident)


@pytest.fixture
def grant(town: Town, run_jobs: Callable[[], int]) -> Callable[[Case], Case]:
    """Grant a case and run the jobs."""

    def to_the_end(case: Case) -> Case:
        case = case_actions.move(by=town.named("clerk"), case=case, move="accept")
        case = case_actions.move(by=town.named("head"), case=case, move="approve")
        run_jobs()
        return case

    return to_the_end


@pytest.fixture
def granted(keys: Path, case: Case, grant: Callable[[Case], Case]) -> Case:
    return grant(case)


@pytest.fixture
def letter(granted: Case) -> Letter:
    return granted.letters.get()
