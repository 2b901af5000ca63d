"""A kind and a service from outside: they work without a change in Kini."""

import os
import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
import yaml

from kini.cases import actions, timeline
from kini.cases.models import Case
from kini.core import current_time
from kini.core.actors import ActionRefused, Actor, ActorKind
from kini.core.environment import ROOT
from kini.core.grants import Grant
from kini.services.flows import Flow
from kini.services.kinds import kinds
from kini.services.schema import Definition
from tests.cases.conftest import MONDAY
from tests.cases.conftest import city as city
from tests.cases.conftest import town as town
from tests.cases.town import Town, offer, opened
from tests.plugin_library.kind import Loan

PACK = Path(__file__).parent / "pack"
CHECK = """
import django
django.setup()
from django.conf import settings
from kini.city.pack_checks import check_pack
from kini.services.kinds import kinds
from kini.services.loader import read_pack
print(*check_pack(settings.CITY_PATH), sep="\\n")
print(kinds.get(read_pack(settings.CITY_PATH).services["book-loan"].definition.kind).verb)
"""
LIBRARIAN = """
librarian:
  name: {id: Pustakawan, en: Librarian}
  about: {id: Melayani peminjam., en: Serves borrowers.}
  may: [see-cases, waive-fees]
"""
PERMISSIONS = """
import django
django.setup()
from django.conf import settings
from kini.city.pack_checks import check_pack
from kini.core.actors import Actor, ActorKind
from kini.core.grants import Grant, Scope
from kini.people.roles import roles
from kini.people.rules import may
from tests.plugin_library.permissions import LibraryPermission
print(*check_pack(settings.CITY_PATH), sep="\\n")
grant = Grant("librarian", frozenset(roles()["librarian"].may), "registry")
librarian = Actor(ActorKind.OFFICER, 1, grants=(grant,))
print(may(librarian, LibraryPermission.WAIVE_FEES, Scope("registry")))
print(may(librarian, LibraryPermission.WAIVE_FEES, Scope("library")))
print(roles()["librarian"].may[1].label)
"""


def written(path: str) -> dict[str, object]:
    return yaml.safe_load((PACK / path).read_text("utf-8"))


@pytest.fixture
def loan(town: Town, monkeypatch: pytest.MonkeyPatch) -> Case:
    """A book that somebody borrowed on a Monday, with the kind registered for this test alone."""
    monkeypatch.setattr(kinds, "_items", kinds._items | {Loan.id: Loan()})
    definition = written("services/culture-sport/book-loan.yaml") | {"agency": "registry", "flow": "flow"}
    flow = Flow.model_validate(written("flows/book-loan.yaml"))
    version = offer("book-loan", definition, flow)
    with current_time.freeze(MONDAY):
        pages = {"title": {"title": "Laut"}, "pickup": {"pickup": "1.1.1"}}
        case = opened(town.named("resident"), version, town.resident, pages)
        return actions.move(by=librarian(town), case=case, move="hand_out")


def librarian(town: Town) -> Actor:
    grant = Grant("issuing-officer", frozenset({"see-cases", "act"}), "registry")
    return Actor(ActorKind.OFFICER, town.clerk.user_id, grants=(grant,))


def test_the_kind_says_when_the_book_must_be_back(loan: Case):
    assert Loan().panel(loan) == ("plugin_library/panel.html", {"back": MONDAY + timedelta(days=14)})


def test_it_is_renewed_as_often_as_its_file_says(town: Town, loan: Case):
    loan = actions.move(by=town.named("resident"), case=loan, move="renew")
    assert Loan().back(loan) == MONDAY + timedelta(days=28)
    with pytest.raises(ActionRefused, match="Bring it back"):
        actions.move(by=town.named("resident"), case=loan, move="renew")


def test_a_returned_book_is_an_ended_case_with_a_whole_timeline(town: Town, loan: Case):
    loan = actions.move(by=librarian(town), case=loan, move="take_back")
    assert (loan.outcome, Loan().panel(loan)) == ("granted", None)
    assert timeline.verify_case(loan) == []


def test_its_options_are_checked(town: Town):
    definition = written("services/culture-sport/book-loan.yaml")
    assert list(Loan().check(Definition.model_validate(definition))) == []
    assert list(Loan().check(Definition.model_validate(definition | {"loan": {"days": 0}})))


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """Jakarta's pack with the plug-in's service."""
    pack = tmp_path / "city"
    shutil.copytree(ROOT / "cities" / "jakarta", pack)
    shutil.copytree(PACK, pack, dirs_exist_ok=True)
    return pack


def run(script: str, pack: Path) -> subprocess.CompletedProcess[str]:
    """Run a script in a process with the plug-in switched on."""
    env = os.environ | {
        "KINI_ENV": "local",
        "KINI_PLUGINS": "tests.plugin_library",
        "KINI_CITY": str(pack),
        "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",
        "DJANGO_SETTINGS_MODULE": "kini.settings",
    }
    return subprocess.run(
        [sys.executable, "-c", script], env=env, capture_output=True, text=True, cwd=ROOT, check=False
    )


def test_a_role_of_the_pack_grants_its_permission(pack: Path):
    roles = pack / "roles.yaml"
    roles.write_text(roles.read_text("utf-8") + LIBRARIAN, "utf-8")
    done = run(PERMISSIONS, pack)
    assert done.stdout.split("\n")[-4:-1] == ["True", "False", "waive fees for late books"], done.stdout + done.stderr
    assert "roles.yaml" not in done.stdout


def test_switched_on_by_one_word_it_is_a_kind_of_the_city(pack: Path):
    done = run(CHECK, pack)
    assert done.stdout.split() == ["Borrow"], done.stdout + done.stderr
