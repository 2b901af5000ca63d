"""The town of the cases' tests, with an officer who may break the glass and a head who judges."""

from collections.abc import Callable

import pytest

from kini.people.models import Officer
from tests.cases import town as towns
from tests.cases.conftest import case as case
from tests.cases.conftest import city as city
from tests.cases.conftest import permit as permit
from tests.cases.conftest import town as town
from tests.cases.desk.conftest import browse as browse
from tests.cases.town import PACK, Town
from tests.snapshots import replay

RESCUE = """
rescue: {name: {id: Penyelamat, en: Rescue}, about: {id: Menolong., en: Helps.}, may: [see-cases, break-glass]}
judge:
  name: {id: Penilai, en: Judge}
  about: {id: Menilai., en: Judges.}
  may: [see-cases, see-identity, review-break-glass, manage-record-members, break-glass]
"""


@pytest.fixture(autouse=True)
def roles(city: None, running_pack: Callable[..., object]) -> None:
    text = (PACK / "roles.yaml").read_text("utf-8")
    running_pack(PACK, {"roles.yaml": text + RESCUE})


@pytest.fixture
def rescuer(town: Town) -> Officer:
    """An officer of another agency."""
    return replay("rescuer", lambda: towns.employed("+6281200000071", "Petugas Penyelamat", town.roads, "rescue"))


@pytest.fixture
def judge(town: Town) -> Officer:
    """The head of the agency that has the cases."""
    return replay("judge", lambda: towns.employed("+6281200000072", "Kepala Penilai", town.registry, "judge"))
