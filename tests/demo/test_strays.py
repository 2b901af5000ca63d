"""Reports that no usual rule decides wait with reasons, and the made-up neighbouring city takes and answers some."""

import tomllib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from threading import Thread

import httpx
import pytest
from pytest_django import Settings

from kini.cases.models import Case
from kini.core import current_time
from kini.demo import neighbour, strays
from kini.demo.content import NOTHING, Neighbour, NeighbourAnswer, Stray
from kini.demo.people import DemoPeople
from kini.exchange.public import outbox
from kini.reports import actions
from kini.reports import routing_table as routing
from kini.reports.models import OutsideRequest
from kini.reports.open311.other_city_destination import follow_all
from kini.reports.public import other_cities
from kini.services.models import ServiceVersion
from tests.cases.conftest import city, town  # noqa: F401 -- fixtures
from tests.cases.town import Town, opened, proved
from tests.environment import replace
from tests.reports.conftest import SAID, broken_lamp  # noqa: F401 -- fixtures

HOURS = ("open", 3.0, "Seen"), ("closed", 52.0, "Mended")
CITY = Neighbour(
    id="beyond",
    name="Kota Seberang",
    services={"broken-lamp": "lamp"},
    answers=[NeighbourAnswer(status=status, hours=hours, notes=notes) for status, hours, notes in HOURS],
)
WORDS = {"service": "broken-lamp", "area": "1.1.1", "location": "At the pier"}
STRAYS = [
    Stray(description="Beyond the border", hours=77, note="Theirs", elsewhere=True, **WORDS),
    Stray(description="Just beyond the border", hours=8, elsewhere=True, **WORDS),
    Stray(description="On an island", hours=30, note="No boat", **WORDS),
    Stray(description="New", hours=1, note="Too early", **WORDS),
]


@pytest.fixture
def folder(tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of the demo, where the made-up city's server runs."""
    content = NOTHING.model_copy(update={"neighbour": CITY, "strays": STRAYS})
    for module in (neighbour, strays):
        monkeypatch.setattr(module, "demo_content", lambda: content)
    server, configuration = neighbour.start(tmp_path / "open311", "", 0)
    settings.VAR_PATH = tmp_path
    settings.ENV = replace(settings.ENV, other_cities=configuration)
    Thread(target=server.serve_forever, daemon=True).start()
    yield tmp_path
    server.shutdown()
    server.server_close()


@pytest.fixture
def people(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    proved(town.resident)
    town.resident.user.email = "resident-2@demo.example"
    town.resident.user.save()
    made = DemoPeople(heads={town.registry.pk: town.named("head")})
    monkeypatch.setattr(strays, "recall_people", lambda: made)


@pytest.mark.usefixtures("folder", "people", "broken_lamp")
def test_strays_wait_with_reasons_and_some_are_followed_elsewhere(town: Town) -> None:  # noqa: F811
    assert strays.create_strays() == 4
    far, near, island, new = Case.objects.order_by("pk")
    notes = routing.last_notes([far, near, island, new])
    assert notes[far.pk] == "Kota Seberang menyatakan: selesai. Mended"
    assert notes[near.pk] == "Kota Seberang menyatakan: masih terbuka. Seen"
    assert notes[island.pk] == "No boat"
    assert new.pk not in notes
    states = dict(OutsideRequest.objects.values_list("case", "status"))
    assert states == {far.pk: "closed", near.pk: "open"}
    assert all(each.closed_at is None for each in (far, near))
    outbox.deliver("open311")
    assert list(neighbour.sandbox_of(strays.folder()).requests([], current_time.now()))[-1]["service_request_id"] == (
        OutsideRequest.objects.get(case=near).their_id
    ), "nothing is filed twice"
    assert follow_all() == 0


@pytest.mark.usefixtures("folder", "people")
def test_the_made_up_city_takes_what_a_visitor_files(town: Town, broken_lamp: ServiceVersion) -> None:  # noqa: F811
    report = opened(town.named("resident"), broken_lamp, town.resident, SAID)
    actions.file_elsewhere(by=town.named("head"), case=report, city=other_cities()["beyond"])
    outbox.deliver("open311")
    request = OutsideRequest.objects.get()
    assert request.their_id == str(neighbour.FIRST)
    assert follow_all() == 1
    assert OutsideRequest.objects.get().status == "open"
    later = current_time.now() + timedelta(hours=60)
    [shown] = neighbour.sandbox_of(strays.folder()).requests([request.their_id], later)
    assert (shown["status"], shown["status_notes"]) == ("closed", "Mended")


def test_it_refuses_a_wrong_key_and_an_unknown_service(folder: Path) -> None:
    options = tomllib.loads((folder / "open311" / "open311.toml").read_text("utf-8"))["beyond"]
    for form, status in (({"api_key": "x"}, 403), ({"api_key": options["key"], "service_code": "road"}, 404)):
        assert httpx.post(f"{options['address']}/requests.json", data=form).status_code == status
    assert httpx.get(f"{options['address']}/services.json").status_code == 404
