"""Words of others' tables: names of columns, days in words, names of areas. English ones, and those of the pack."""

import re
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated

from django.conf import settings
from pydantic import Field

from kini.city.public import Id, StrictModel, load_city, pack, read_pack_tables
from kini.core.config_files import ConfigError, ConfigErrors, parse_model, read_source_file
from kini.core.process_cache import cached

FILE = "figures.yaml"

#: English words by term. A term is a column's meaning, or a part of it.
TERMS: Mapping[str, tuple[str, ...]] = {
    "day": ("date", "day", "as of"),
    "year": ("year",),
    "week": ("week", "epi week"),
    "month": ("month",),
    "code": ("code", "id"),
    "area": ("area", "location"),
    "region": ("province", "region", "state", "country"),
    "new": ("new", "daily"),
    "total": ("total", "cumulative"),
    "delta": ("delta", "change"),
    "confirmed": ("confirmed", "cases", "case", "positive cases", "positive", "positives"),
    "suspected": ("suspected", "suspect"),
    "probable": ("probable",),
    "contacts": ("contacts", "close contacts"),
    "discarded": ("discarded",),
    "recovered": ("recovered", "recoveries"),
    "deaths": ("deaths", "death", "died"),
    "in-hospital": ("in hospital", "hospitalized", "hospitalised"),
    "isolated": ("isolated", "self isolation", "home isolation"),
    "active": ("active", "active cases", "hospitalizations"),
    "admitted": ("admitted", "admissions"),
    "tested": ("tested", "tests", "people tested"),
    "specimens": ("specimens",),
    "positivity": ("positivity", "positive rate", "positivity rate"),
    "dose-1": ("dose 1", "first dose", "people vaccinated"),
    "dose-2": ("dose 2", "second dose", "people fully vaccinated"),
    "dose-3": ("dose 3", "third dose", "booster"),
    "doses": ("doses", "vaccinations"),
    "target": ("target",),
    "unvaccinated": ("unvaccinated", "not vaccinated"),
    "elderly": ("elderly",),
    "beds": ("beds", "capacity"),
    "occupied": ("occupied", "beds occupied"),
    "occupancy": ("occupancy", "bed occupancy", "percent"),
    "ward": ("ward", "bed type"),
    "population": ("population",),
    "households": ("households",),
    "male": ("male", "men"),
    "female": ("female", "women"),
    "age": ("age", "ages", "u"),
    "since": ("since", "from", "start"),
    "until": ("until", "to", "end"),
    "name": ("name",),
    "level": ("level",),
    "decree": ("decree", "rule"),
    "source": ("source",),
    "checked": ("checked",),
    "sex": ("sex", "gender"),
    "national-id": ("national id", "national number"),
    "phone": ("phone", "mobile"),
    "person": ("patient", "patient name", "full name"),
    "birth": ("birth date", "date of birth"),
    "onset": ("onset", "date of onset", "onset date"),
    "specimen": ("specimen date", "date of specimen", "collection date", "date of collection"),
    "reported": ("report date", "date of report", "reported on"),
    "result-day": ("result date", "date of result"),
    "result": ("result", "test result"),
    "died": ("date of death", "death date"),
    "ended-on": ("date of recovery", "recovery date"),
    "status": ("status", "classification"),
    "outcome": ("outcome",),
    "case-number": ("case number", "case id"),
    "lab-number": (
        "laboratory number",
        "lab number",
        "lab id",
        "sample number",
        "sample id",
        "specimen number",
        "specimen id",
    ),
    "test": ("test", "test code", "test type", "loinc", "loinc code"),
    "noise": ("number of", "number", "of", "the", "and", "in", "covid", "covid 19", "19"),
}
#: Words in cells by meaning.
VALUES: Mapping[str, tuple[str, ...]] = {
    "yes": ("yes", "true", "1"),
    "male": ("male", "m"),
    "female": ("female", "f"),
    "all": ("all",),
    "icu": ("icu", "intensive care"),
    "isolation": ("isolation",),
    "confirmed": ("confirmed",),
    "suspected": ("suspected", "suspect"),
    "probable": ("probable",),
    "discarded": ("discarded",),
    "positive": ("positive", "detected"),
    "negative": ("negative", "not detected"),
    "inconclusive": ("inconclusive", "indeterminate"),
    "withdrawn": ("withdrawn", "cancelled", "canceled", "entered in error"),
    "recovered": ("recovered",),
    "died": ("died", "dead", "deceased"),
}
MONTHS = "january february march april may june july august september october november december"

Words = Annotated[str, Field(pattern=r"^[^A-Z_.,;:()/-]+$", max_length=60)]


class FiguresFile(StrictModel):
    """figures.yaml: words of the tables that agencies hand over.

    Attributes:
        terms: words by term of names of columns.
        values: words by meaning of cells.
        levels: words for levels of areas, by level.
        months: names of the twelve months.
        country: names of the country.
        diseases: other names of the pack's diseases.
        spellings: other names of areas, by code.
    """

    terms: dict[Id, tuple[Words, ...]] = {}
    values: dict[Id, tuple[Words, ...]] = {}
    levels: dict[Id, tuple[Words, ...]] = {}
    months: tuple[tuple[Words, ...], ...] = Field(default=(), max_length=12)
    country: tuple[Words, ...] = ()
    diseases: dict[Id, tuple[Words, ...]] = {}
    spellings: dict[str, tuple[Words, ...]] = {}


def normalize(text: str) -> str:
    """Return words in lower case with single blanks; signs and line breaks separate, as do letters and digits.

    >>> normalize("JUMLAH\\nDosis1 ")
    'jumlah dosis 1'
    """
    return " ".join(re.findall(r"[^\W\d_]+|\d+", text.lower()))


@dataclass(frozen=True)
class Vocabulary:
    """Known words.

    Attributes:
        phrases: term by words; "level:LEVEL" for the level of an area.
        values: (meaning, words) of cells.
        months: number by name.
        country: names of the country.
        diseases: ids by normalized name.
        spellings: codes of areas by normalized name.
    """

    phrases: Mapping[str, str]
    values: Set[tuple[str, str]]
    months: Mapping[str, int]
    country: tuple[str, ...]
    diseases: Mapping[str, str]
    spellings: Mapping[str, str]

    @cached_property
    def _longest(self) -> int:
        return max(phrase.count(" ") + 1 for phrase in self.phrases)

    def terms(self, text: str) -> list[str]:
        """Return the terms of a name of a column in order, longest words first; an unknown word with a "?"."""
        words, terms = normalize(text).split(), list[str]()
        while words:
            lengths = range(min(self._longest, len(words)), 0, -1)
            length = next((each for each in lengths if " ".join(words[:each]) in self.phrases), 0)
            if length:
                terms.append(self.phrases[" ".join(words[:length])])
            else:
                terms.append(f"?{words[0]}")
            words = words[length or 1 :]
        return [term for term in terms if term != "noise"]

    def means(self, cell: str, *meanings: str) -> str:
        """Return the first of these meanings that a cell has; empty when none."""
        words = normalize(cell)
        return next((each for each in meanings if (each, words) in self.values), "")


def vocabulary() -> Vocabulary:
    """Return the words of the running city's pack with the English ones, cached.

    Raises:
        ConfigErrors: figures.yaml is invalid.
    """
    return _once(Path(settings.CITY_PATH))


@cached(maxsize=4)
def _once(root: Path) -> Vocabulary:
    own = parse_model(read_source_file(root / FILE, root), FiguresFile) if (root / FILE).is_file() else FiguresFile()
    phrases = {words: term for terms in (TERMS, own.terms) for term, many in terms.items() for words in many}
    values = {(term, words) for each in (VALUES, own.values) for term, many in each.items() for words in many}
    levels = {level.id: [normalize(each) for each in _names(level.name.root)] for level in pack.current().area_levels}
    phrases |= {words: f"level:{level}" for level, many in levels.items() for words in many}
    phrases |= {words: f"level:{level}" for level, many in own.levels.items() for words in many}
    months = {name: number for number, name in enumerate(MONTHS.split(), 1)}
    months |= {name[:3]: number for name, number in months.items()}
    months |= {name: number for number, names in enumerate(own.months, 1) for name in names}
    spellings = {normalize(name): code for code, names in own.spellings.items() for name in names}
    diseases = {name: disease for disease, names in own.diseases.items() for name in (normalize(disease), *names)}
    return Vocabulary(phrases, values, months, own.country, diseases, spellings)


def _names(text: Mapping[str, str]) -> Iterator[str]:
    for name in text.values():
        yield name.split("(")[0]


def check_figures(root: Path) -> Iterable[ConfigError]:
    """Check figures.yaml of a pack."""
    if not (root / FILE).is_file():
        return
    try:
        source = read_source_file(root / FILE, root)
        own = parse_model(source, FiguresFile)
        city = load_city(root)
        areas = {area.code for area in read_pack_tables(root, city).areas}
    except ConfigErrors as error:
        yield from error.errors
        return
    for level in own.levels.keys() - {level.id for level in city.area_levels}:
        yield source.error_at(("levels", level), "the city has no such level", "Use an id of area_levels in city.toml.")
    for code in own.spellings.keys() - areas:
        yield source.error_at(("spellings", code), "the city has no such area", "Use a code of areas.csv.")
    if own.months and len(own.months) != 12:
        yield source.error_at(("months",), f"{len(own.months)} months are named", "Name all twelve, January first.")
