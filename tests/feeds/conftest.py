"""A made-up town with two feeds: measured posts on a river, and schools."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kini.city import actions as city_actions
from kini.core.actors import system
from kini.feeds import actions
from kini.feeds.import_run import FileOrigin
from kini.feeds.models import ImportRun
from tests.snapshots import replay

TOWN = Path(__file__).parents[1] / "cities" / "vila-serena"
BY = system("tests")
#: A Monday, noon in the town.
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)

POSTS = """
name: Posts on the river
about: How high the water stands.
one: Post
services: [water-level]
source: {name: Water board, licence: Open, most_faults: 50}
fresh: {hours: 2}
key: [post]
at: {from: "{day} {time}"}
where: {latitude: lat, longitude: lon}
fields:
  post: {label: Post, from: name}
  cm: {type: integer, label: Level, unit: cm, min: -100, max: 900}
  word: {type: choice, label: Word, optional: true, values: {calm: low, grave: high}, options: {low: Low, high: High}}
levels:
  of: cm
  given: word
  steps: {low: {name: Low, tone: ok}, high: {name: High water, tone: bad, about: Go uphill.}}
  rules:
    - {keys: [mill], at_least: {high: 200}, confidence: high}
    - {keys: [mill], from: 2026-11-01, at_least: {high: 150}, confidence: low}
show: {title: post, figure: cm, notes: [word], chart: [cm], order: level, home: true}
"""
SCHOOLS = """
name: Schools
about: Where to learn.
one: School
services: [school-list]
source: {name: School board, licence: Open, whole: true, format: geojson}
fresh: {days: 30}
key: [number]
where: {latitude: latitude, longitude: longitude}
fields:
  number: {label: Number}
  name: {label: School}
  sort: {type: choice, label: Kind, options: {primary: Primary, music: Music}}
  places: {type: integer, label: Places, optional: true, min: 0, smallest: 5}
show: {title: name, notes: [sort, places], filters: [sort], home: true}
"""
HEAD = "name,day,time,cm,word,lat,lon\n"

type Bring = Callable[..., ImportRun | None]


@pytest.fixture
def folder(running_pack: Callable[..., Path], db: None, var: Path) -> Path:
    """The town's pack with its feeds, loaded as the running city."""
    root = running_pack(TOWN, {"feeds/posts.yaml": POSTS, "feeds/schools.yaml": SCHOOLS})
    replay("town", lambda: city_actions.load_pack_tables(by=BY))
    return root


@pytest.fixture
def posts(folder: Path) -> Bring:
    """Import rows of posts, given as CSV lines."""

    def bring(*lines: str, **options: object) -> ImportRun | None:
        content = (HEAD + "\n".join(lines) + "\n").encode()
        return actions.import_rows(by=BY, name="posts", content=content, origin=FileOrigin("posts.csv"), **options)

    return bring
