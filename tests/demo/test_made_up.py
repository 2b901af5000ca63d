"""Made-up content: the pack's file, the rhythm of the year, drawings that are no photo's copy."""

import io
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
import shapely
from PIL import Image
from pytest_django.fixtures import Settings

from kini.city.area_lookup import SLACK_M
from kini.city.maps import layers
from kini.core.environment import ROOT
from kini.core.geometry import Projection
from kini.demo import content, pictures
from kini.demo.year import arrivals
from kini.reports.photo_hashes import LEAST_QUALITY, MOST_DISTANCE, distance, hashes_of
from kini.services.models import Service

JAKARTA = ROOT / "cities" / "jakarta"
NOW = datetime(2026, 12, 2, 3, tzinfo=UTC)
FLOOD = Service(pk="flood-report", kind="report", category="water-flood")
SCHOOL = Service(pk="school-admission", kind="application", category="education")


@pytest.fixture(autouse=True)
def jakarta(settings: Settings) -> None:
    settings.CITY_PATH = JAKARTA


def test_cases_come_by_season_and_weekday_the_same_each_time() -> None:
    year = arrivals([FLOOD, SCHOOL], NOW, 3000)
    assert year == arrivals([FLOOD, SCHOOL], NOW, 3000)
    assert len(year) == 3000
    assert max(each.moment for each in year) <= NOW
    months = Counter((each.service.pk, each.moment.month) for each in year)
    assert months["flood-report", 1] > 2 * months["flood-report", 8]
    assert months["school-admission", 7] > 2 * months["school-admission", 3]
    days = Counter(each.moment.weekday() for each in year)
    assert days[0] > 2 * days[6], "Monday and Sunday"


def test_services_of_more_demand_are_asked_for_more_often() -> None:
    card = Service(pk="electronic-id-card", kind="application", category="civil-registration")
    dispute = Service(pk="identity-dispute", kind="application", category="civil-registration")
    year = Counter(each.service.pk for each in arrivals([card, dispute], NOW, 500))
    assert year["electronic-id-card"] > 10 * year["identity-dispute"]


def test_a_text_fits_its_question() -> None:
    made_up = content.demo_content()
    lamp = made_up.answers["road-damage-report.description.light"]
    keys = ["road-damage-report.description.light", "road-damage-report.description", "description"]
    rng = pictures.Random(1)
    assert all(made_up.text(keys, rng) in lamp for _each in range(9))
    assert made_up.text(["child_name"], rng).split()[1] in made_up.names.last
    assert made_up.text(["a question without texts"], rng) == ""
    assert made_up.picture("road-damage-report", ["light"], "street") == "light"
    assert made_up.picture("road-damage-report", ["pothole"], "street") == "pothole"
    assert made_up.picture("birth-certificate", [], "street") == "street"


def test_reports_for_the_neighbouring_city_lie_in_it() -> None:
    """Beyond the slack within which a point still belongs to the city."""
    made_up, borders = content.demo_content(), layers.read_pack_layers(JAKARTA)
    assert made_up.neighbour
    shapes = {each.name: each.shape for each in borders["neighbours"].features}
    [city] = [shape for name, shape in shapes.items() if name and made_up.neighbour.name.startswith(name)]
    area_of = layers.outlines_by_code(borders["areas"])
    elsewhere = [stray for stray in made_up.strays if stray.elsewhere]
    assert elsewhere
    for stray in elsewhere:
        assert stray.point
        latitude, longitude = stray.point
        assert city.contains(shapely.Point(longitude, latitude)), stray.location
        metres = Projection(latitude, longitude).flatten(area_of[stray.area]).distance(shapely.Point(0, 0))
        assert SLACK_M < metres < 1000, stray.location


def test_every_drawing_of_the_pack_exists() -> None:
    assert set(content.demo_content().pictures.values()) <= pictures.SUBJECTS.keys()


def test_people_have_different_names() -> None:
    names = {content.demo_content().name(number) for number in range(500)}
    assert len(names) == 500


def test_a_city_without_the_file_has_names() -> None:
    assert content.demo_content(ROOT / "tests" / "cities" / "vila-serena").name(7)


@pytest.mark.parametrize("subject", [*pictures.SUBJECTS, "street", "paper"])
def test_drawings_are_told_apart_by_the_check_of_photos(subject: str) -> None:
    first, again, other = (_hash(pictures.draw(subject, seed)) for seed in (1, 1, 2))
    assert distance(first[0], again[0]) == 0
    assert distance(first[0], other[0]) > MOST_DISTANCE, "two photos of one kind"
    assert distance(first[0], _hash(pictures.draw(subject, 1, solved=True))[0]) > MOST_DISTANCE or subject == "paper"
    assert first[1] >= LEAST_QUALITY or subject == "light"


def _hash(content: bytes) -> tuple[object, int]:
    with Image.open(io.BytesIO(content)) as picture:
        assert picture.format == "JPEG"
        bits, quality = hashes_of(picture)
    return bits[0], quality


def test_the_pack_check_names_what_is_wrong(tmp_path: Path) -> None:
    for name in ("city.toml", "calendar.toml"):
        (tmp_path / name).write_bytes((JAKARTA / name).read_bytes())
    (tmp_path / "services").symlink_to(JAKARTA / "services")
    whole = (JAKARTA / "demo.yaml").read_text("utf-8")
    (tmp_path / "demo.yaml").write_text(whole, "utf-8")
    assert not list(content.check_demo(tmp_path))
    broken = whole.replace("group: counter", "group: nowhere", 1).replace("as: late-in-city", "as: somebody", 1)
    broken = broken.replace("{birth-certificate: 4}", "{birth-certificat: 4}", 1)
    (tmp_path / "demo.yaml").write_text(broken, "utf-8")
    errors = [str(error) for error in content.check_demo(tmp_path)]
    assert any("nowhere" in error for error in errors)
    assert any('there is no service "birth-certificat"' in error for error in errors)
    assert any('"guest", "resident" or the id of a task' in error for error in errors)
    assert all("demo.yaml" in error for error in errors)
