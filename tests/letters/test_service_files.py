"""Letters that services order: errors are reported with file, line and remedy; the pack of Jakarta has them all."""

import shutil
from pathlib import Path

import pytest

from kini.city import pack_checks as city_checks
from kini.core.environment import ROOT
from kini.letters import rules
from kini.services.kinds import kinds
from kini.services.loader import read_pack
from kini.services.snapshots import build_snapshot

JAKARTA = ROOT / "cities" / "jakarta"


@pytest.fixture(scope="module")
def jakarta():
    return read_pack(JAKARTA)


@pytest.fixture
def copied(tmp_path: Path, jakarta) -> Path:
    return shutil.copytree(JAKARTA, tmp_path / "jakarta")


SERVICE = "services/civil-registration/birth-certificate.yaml"


def changed(pack: Path, old: str, new: str) -> int:
    """Replace the first occurrence of `old`; returns its line."""
    text = (pack / SERVICE).read_text("utf-8")
    assert old in text
    (pack / SERVICE).write_text(text.replace(old, new, 1), "utf-8")
    return text[: text.index(old)].count("\n") + 1


@pytest.mark.parametrize(
    ("old", "new", "field", "message"),
    [
        ("template: birth-certificate", "template: birth", "gives.letter.template", 'no letter "birth"'),
        (
            "child_sex:\n",
            "child_weight:\n",
            "gives.letter.show.child_weight",
            'no answer or input "child_weight"',
        ),
        (
            "template: birth-certificate",
            "template: birth-certificate\n    at: [born]",
            "gives.letter.at.0",
            'no state "born"',
        ),
    ],
)
def test_a_wrong_order_names_its_line(copied, old, new, field, message):
    line = changed(copied, old, new)
    (fault,) = city_checks.check_pack(copied)
    assert (fault.file, fault.field) == (SERVICE, field)
    assert fault.line in (line, line + 1)
    assert message in fault.message
    assert fault.remedy.startswith("Use one of:")


def documents(pack):
    """Services whose document the city issues; a booked visit's result is handed over at the venue."""
    for service in pack.services.values():
        definition = service.definition
        if definition.gives.type == "document" and definition.kind in kinds and definition.kind != "booking":
            yield service


def test_every_service_that_gives_a_document_orders_a_letter(jakarta):
    without = [service.id for service in documents(jakarta) if service.definition.gives.letter is None]
    assert without == []
    used = {service.definition.gives.letter.template for service in documents(jakarta)}
    assert used == {path.stem for path in (JAKARTA / "letters").glob("*.typ")}
    assert len(used) == 10


def test_every_letter_has_a_state_and_shows_things_it_can_name(jakarta):
    for service in documents(jakarta):
        snapshot = build_snapshot(jakarta, service)
        letter = snapshot.definition.gives.letter
        assert rules.issuing_states(letter, snapshot.flow), service.id
        lists = {page.repeat.name for page in snapshot.pages if page.repeat}
        assert letter.show.keys() <= snapshot.fields.keys() | snapshot.inputs.keys() | lists, service.id
