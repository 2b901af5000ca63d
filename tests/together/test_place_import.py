"""Import of places: RW of a whole city, with every row named that cannot be taken."""

import csv
import json
from collections import Counter
from pathlib import Path

import pytest

from kini.city import actions as city_actions
from kini.core.actors import NotAllowed
from kini.core.environment import ROOT
from kini.together import actions
from kini.together.models import Beneficiary
from kini.together.place_table import read_places
from tests.cases.town import acting
from tests.together.conftest import BY, HelpTown

#: Outlines of 2,722 RW, where the data of the city lies beside the project or a folder above.
_FILE = "shared/data/city/penduduk/rw_2012.geojson"
CITY_DATA = next((each / _FILE for each in ROOT.parents if (each / _FILE).exists()), None)


def table_of(tmp_path: Path, *rows: str) -> Path:
    path = tmp_path / "places.csv"
    path.write_text("\n".join(("area,kind,name,families,address", *rows)) + "\n", "utf-8")
    return path


def test_places_are_loaded_and_defects_named(town: HelpTown, tmp_path: Path) -> None:
    path = table_of(
        tmp_path,
        "31.71.01.1001,rw,RW 03,75,Jl. Contoh 1",
        "31.71.01.1001,rw,RW 04,,",
        "31.71.01.1001,rw,RW 04,,",
        "31.71.01.1001,household,Rumah biru,1,",
        "99.99,rw,RW 01,,",
        "31.71.01.1002,orphanage,Panti Contoh,x,",
    )
    rows, table = read_places(path)
    run = actions.import_places(by=BY, rows=rows, table=table)
    assert (run.added, run.changed, run.faulty) == (1, 1, 4)
    assert sorted(error.line for error in table.errors) == [4, 5, 6, 7]
    town.rw.refresh_from_db()
    assert (town.rw.families, town.rw.address, town.rw.contact) == (75, "Jl. Contoh 1", town.head.user)
    assert Beneficiary.objects.get(name="RW 04").families is None
    rows, table = read_places(path)
    again = actions.import_places(by=BY, rows=rows, table=table)
    assert (again.added, again.changed, again.unchanged) == (0, 0, 2)
    with pytest.raises(NotAllowed):
        actions.import_places(by=acting(town.coordinator), rows=[], table=table)


@pytest.mark.skipif(CITY_DATA is None, reason="needs ../shared/data/city")
def test_the_rw_of_a_whole_city_are_loaded(town: HelpTown, tmp_path: Path) -> None:
    assert CITY_DATA
    city_actions.load_pack_tables(by=BY)
    features = [each["properties"] for each in json.loads(CITY_DATA.read_text("utf-8"))["features"]]
    path = tmp_path / "rw.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("area", "kind", "name"))
        writer.writerows((each["kode"], "rw", f"RW {int(each['rw']):02}") for each in features)
    keys = Counter((each["kode"], int(each["rw"])) for each in features)
    repeated = sum(count - 1 for count in keys.values())
    rows, table = read_places(path)
    unknown = len(features) - len(rows)
    run = actions.import_places(by=BY, rows=rows, table=table)
    assert len(features) == 2722
    assert repeated > 0
    assert run.added + run.unchanged + run.frozen + repeated + unknown == len(features)
    assert run.faulty == repeated + unknown
    assert run.changed == 0
    town.rw.refresh_from_db()
    assert town.rw.families == 60  # the table says nothing about families
