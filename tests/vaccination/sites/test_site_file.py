"""Sites of the pack: every error is named; loading again changes nothing, and sites that left are closed."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from kini.city import actions as city_actions
from kini.core.environment import ROOT
from kini.vaccination.models import Site, SiteHours
from kini.vaccination.sites.site_file import FILE, check_sites, load_sites, read_sites
from kini.vaccination.sites.site_points import site_point
from tests.vaccination.sites.conftest import BY

JAKARTA = ROOT / "cities" / "jakarta"
HEAD = "id,kind,name,facility,place,days,starts,ends,an_hour,walk_in_percent\n"
GOOD = "a,car,Mobil,rsud-tarakan,market-senen,monday saturday,08:00,10:00,20,50\n"


def test_the_citys_sites_load_with_their_timetables(db: None) -> None:
    city_actions.load_pack_tables(by=BY)
    for _ in range(2):
        load_sites(BY)
    assert Site.objects.filter(active=True).count() == len({row.value.id for row in read_sites(JAKARTA)})
    car = Site.objects.select_related("area", "facility", "place").filter(kind="car").first()
    assert car
    assert car.place is None
    assert len({hours.place_id for hours in car.hours.all()}) == car.hours.count() > 1
    assert site_point(car) == (car.area.latitude, car.area.longitude)
    assert SiteHours.objects.filter(site="puskesmas-gambir").count() == 6


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (GOOD.replace("rsud-tarakan", "rsud-nowhere"), 'there is no unit "rsud-nowhere"'),
        (GOOD.replace("market-senen", "market-nowhere"), 'there is no place "market-nowhere"'),
        (GOOD.replace("monday saturday", "friday-monday"), '"friday-monday" is no weekday'),
        (GOOD.replace("10:00", "07:00"), "it ends before it starts"),
        (GOOD + GOOD, "a starts twice at that time"),
        (GOOD + GOOD.replace("Mobil", "Bus").replace("08:00", "09:00"), "another kind, name or facility above"),
        (GOOD.replace("car", "boat"), "is not possible here"),
        (GOOD.replace("a,car", "A b,car"), "not written in the right way"),
    ],
)
def test_each_error_of_the_file_is_named(
    running_pack: Callable[[Path, Mapping[str, str]], Path], line: str, message: str
) -> None:
    root = running_pack(JAKARTA, {FILE: HEAD + line})
    errors = list(check_sites(root))
    assert any(message in str(error) for error in errors), errors


def test_a_site_that_left_the_file_is_closed(db: None, running_pack: Callable[[Path, Mapping[str, str]], Path]) -> None:
    city_actions.load_pack_tables(by=BY)
    load_sites(BY)
    running_pack(JAKARTA, {FILE: HEAD + GOOD})
    load_sites(BY)
    assert list(Site.objects.filter(active=True).values_list("pk", flat=True)) == ["a"]
