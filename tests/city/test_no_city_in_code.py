"""Nothing in src/ knows a city: its name, its words for areas and its languages stand in the pack alone."""

import csv
import re
from pathlib import Path

import pytest

import kini
from kini.city.pack import load_city
from tests.city.conftest import JAKARTA, TOWN

SOURCE = Path(kini.__file__).parent
KINDS = {".py", ".html", ".txt", ".js", ".css", ".svg"}
#: The one thing the program may say: which pack stands beside it when nobody names another.
DEFAULT = re.compile(r"""cities/jakarta|"cities" / "jakarta\"""")


def words(path):
    """The city's name, its levels, and names of its larger areas."""
    city = load_city(path)
    with (path / "areas.csv").open(encoding="utf-8", newline="") as file:
        names = [row["name"] for row in csv.DictReader(file) if row["level"] != city.lowest_level]
    return {*city.name.root.values(), *(level.id for level in city.area_levels), *names}


@pytest.mark.parametrize("path", [JAKARTA, TOWN], ids=["jakarta", "town"])
def test_no_line_of_the_program_names_the_city_or_its_order(path):
    # A level may be called "kota", an ordinary word inside others: whole words only.
    pattern = re.compile(rf"\b({'|'.join(map(re.escape, sorted(words(path))))})\b", re.IGNORECASE)
    occurrences = []
    for file in SOURCE.rglob("*"):
        if file.suffix in KINDS:
            for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
                if match := pattern.search(DEFAULT.sub("", line)):
                    occurrences.append(f"{file.relative_to(SOURCE)}:{number}: {match[0]}")
    assert occurrences == []
