"""A made-up town with Wi-Fi: three kinds of site, a table of counts, and lists to import."""

from collections.abc import Callable
from pathlib import Path

import pytest

from kini.city import actions as city_actions
from kini.core.actors import system
from kini.wifi import actions, config
from kini.wifi.inventory import list_parser
from kini.wifi.inventory.actions import ImportOutcome
from kini.wifi.inventory.schema import PointMapping
from tests.snapshots import replay

TOWN = Path(__file__).parents[1] / "cities" / "vila-serena"
BY = system("tests")
WIFI = """
name: Serena Livre
made_up_name: Sample {area}
kinds:
  school: {name: School, share: 1, hours: {monday: ["08:00-12:00", "13:00-17:00"], tuesday: ["08:00-12:00"]}}
  park: {name: Park, share: 3, hours: {monday: ["06:00-00:00"]}}
  square: {name: Square, share: 0}
schemes: {town: {name: The town, share: 2}, gift: {name: A gift, share: 1}}
"""
COUNTS = "area,points,source\nVS,200,A count\n"
HEADER = "site,name,kind,scheme,latitude,longitude,monday,mac,nas_identifier,secret,capacity"
PARK = 'p1,Park by the sea,park,town,38.7302,-9.4751,"07:00-12:00, 13:00-21:00",00:10:a4:23:19:c0,ap-p1,{},40'.format(
    "sixteen-or-more-1"
)
SCHOOL = "s1,School on the hill,school,,38.7551,-9.4501,,0010.A423.19C2,,,"
SQUARE = "q1,Quiet corner,square,,38.7451,-9.4301,,,,,"


@pytest.fixture
def town(db: None, running_pack: Callable[..., Path]) -> Path:
    """The town's pack with what it says about its Wi-Fi, loaded."""
    root = running_pack(TOWN, {"wifi.yaml": WIFI, "wifi-points.csv": COUNTS})
    replay("town", lambda: city_actions.load_pack_tables(by=BY))
    return root


def says(town: Path, more: str, heads_may: str) -> None:
    """Let the town's pack say more about its Wi-Fi, and heads of division do one thing more."""
    roles = (town / "roles.yaml").read_text("utf-8")
    (town / "roles.yaml").write_text(roles.replace("see-overdue]", f"see-overdue, {heads_may}]"), "utf-8")
    (town / "wifi.yaml").write_text(WIFI + more, "utf-8")
    config._once.cache_clear()


@pytest.fixture
def bring(town: Path, tmp_path: Path) -> Callable[..., ImportOutcome]:
    """Import a list with these lines below HEADER (or another one)."""

    def run(
        *lines: str, header: str = HEADER, mapping: PointMapping | None = None, dry_run: bool = False
    ) -> ImportOutcome:
        path = tmp_path / "points.csv"
        path.write_text("\n".join((header, *lines)) + "\n", "utf-8")
        return actions.import_points(by=BY, listed=list_parser.read_list(path, mapping), dry_run=dry_run)

    return run
