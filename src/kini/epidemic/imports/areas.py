"""Areas that rows mean: by code first, then by name, with old and misspelt names."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from rapidfuzz import fuzz, process

from kini.city.models import Area
from kini.city.public import city_tables, pack
from kini.epidemic.imports.vocabulary import Vocabulary, normalize

#: Similarity (0 to 100) from which a name is taken for a misspelt one, and by how much it must beat the next.
SIMILAR, AHEAD = 84, 6


@dataclass(frozen=True, slots=True)
class Match:
    """An area, and what differs from its official code and name.

    Attributes:
        area: None: it is none of the city.
        problem: "", "nameless", "unknown", "spelling", "code-and-name".
        remark: in words.
    """

    area: Area | None
    problem: str = ""
    remark: str = ""


def squeezed(name: str) -> str:
    """A name without blanks: the same place is "BALE KAMBANG" and "Balekambang"."""
    return normalize(name).replace(" ", "")


def digits_of(code: str) -> str:
    """Digits of a code: "31.01.01.1001" and "3101011001" (or 3101011001.0) are the same."""
    return re.sub(r"\D", "", re.sub(r"^(\d{5,})\.0$", r"\1", code.strip()))


@dataclass(slots=True)
class AreaIndex:
    """Areas of the city by digits of the code, and by level and squeezed name."""

    words: Vocabulary
    by_digits: dict[str, Area] = field(default_factory=dict)
    by_name: dict[str, dict[str, list[Area]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(list)))
    other_names: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.other_names = {squeezed(name): code for name, code in self.words.spellings.items()}
        for area in city_tables().areas.values():
            if area.active:
                self.by_digits[digits_of(area.code)] = area
                self.by_name[area.level][squeezed(area.name)].append(area)

    def match(self, code: str, names: Mapping[str, str]) -> Match:
        """Return the area of a row.

        Args:
            code: as in the file; "" without one.
            names: by level ("": of an unknown level), those of the area and of those around it.
        """
        level, name = self._deepest(names)
        if not code and re.fullmatch(r"[\d.]+", name):
            code, name = name, ""
        digits = digits_of(code)
        if digits and (area := self.by_digits.get(digits)):
            return self._named(area, name if level in ("", area.level) else "")
        if not name:
            return Match(None, "nameless" if digits or code else "unknown", "no area of the city has this code")
        matched = self._by_name(level, name, names)
        if matched.area and digits:
            return Match(matched.area, "code-and-name", f"the code is unknown; by its name it is {matched.area.code}")
        return matched

    def named(self, name: str) -> Area | None:
        """Return the area of a code, or the largest one that is called so, also by another name; none merely alike."""
        if digits_of(name) and (area := self.by_digits.get(digits_of(name))):
            return area
        if code := self.other_names.get(squeezed(name)):
            return city_tables().areas.get(code)
        return next(iter(self._candidates("").get(squeezed(name), [])), None)

    def _deepest(self, names: Mapping[str, str]) -> tuple[str, str]:
        levels = [each.id for each in pack.current().area_levels]
        given = [(level, names[level]) for level in [*reversed(levels), ""] if names.get(level)]
        return given[0] if given else ("", "")

    def _named(self, area: Area, name: str) -> Match:
        """The area of a code, compared with the name that stands beside it."""
        if not name or normalize(name) == normalize(area.name):
            return Match(area)
        known = self.other_names.get(squeezed(name))
        if known == area.code or squeezed(name) == squeezed(area.name):
            return Match(area, "spelling", f"the official name is {area.name}")
        others = self.by_name[area.level].get(squeezed(name), [])
        if any(other.code != area.code for other in others):
            codes = ", ".join(other.code for other in others)
            return Match(area, "code-and-name", f"the code is that of {area.name}, the name that of {codes}")
        if fuzz.ratio(squeezed(name), squeezed(area.name)) >= SIMILAR:
            return Match(area, "spelling", f"the official name is {area.name}")
        return Match(area, "code-and-name", f"the code is that of {area.name}")

    def _by_name(self, level: str, name: str, names: Mapping[str, str]) -> Match:
        key = squeezed(name)
        candidates = self._candidates(level)
        exact = [area for each, areas in candidates.items() if each == key for area in areas]
        around = [squeezed(each) for upper, each in names.items() if upper != level and each]
        if len(exact) > 1:
            exact = [area for area in exact if self._is_within(area, around)] or exact
        if len(exact) == 1:
            plain = normalize(exact[0].name) == normalize(name)
            return Match(exact[0]) if plain else Match(exact[0], "spelling", f"the official name is {exact[0].name}")
        if exact:
            return Match(None, "unknown", f"{len(exact)} areas have this name: {', '.join(a.code for a in exact)}")
        if (code := self.other_names.get(key)) and (area := city_tables().areas.get(code)):
            return Match(area, "spelling", f"the official name is {area.name}")
        return self._similar(key, candidates, around)

    def _similar(self, key: str, candidates: Mapping[str, Sequence[Area]], around: Sequence[str]) -> Match:
        inside = {name: [area for area in areas if self._is_within(area, around)] for name, areas in candidates.items()}
        keys = [name for name, areas in inside.items() if areas] or list(candidates)
        best = process.extract(key, keys, scorer=fuzz.ratio, limit=2)
        if best and best[0][1] >= SIMILAR and (len(best) < 2 or best[0][1] - best[1][1] >= AHEAD):
            areas = inside.get(best[0][0]) or candidates[best[0][0]]
            if len(areas) == 1:
                return Match(areas[0], "spelling", f"taken for {areas[0].name} ({best[0][1]:.0f} % alike)")
        nearest = ", ".join(str(candidates[name][0].name) for name, _score, _index in best)
        return Match(None, "unknown", f"the city has no such area; the most alike: {nearest}")

    def _candidates(self, level: str) -> Mapping[str, Sequence[Area]]:
        if level:
            return self.by_name[level]
        every: dict[str, list[Area]] = defaultdict(list)
        for names in self.by_name.values():
            for key, areas in names.items():
                every[key] += areas
        # A city and a district of the same name: the larger one.
        return {key: sorted(areas, key=lambda area: area.depth)[:1] for key, areas in every.items()}

    def _is_within(self, area: Area, around: Sequence[str]) -> bool:
        """Tell if the names around a row do not contradict an area."""
        if not around:
            return True
        tables = city_tables().areas
        upper = {squeezed(tables[code].name) for code in area.path.split("/")[:-1]}
        upper |= {name for name, code in self.other_names.items() if code in area.path.split("/")[:-1]}
        return all(any(fuzz.ratio(name, each) >= SIMILAR or each in name for each in upper) for name in around)
