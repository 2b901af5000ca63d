"""Clones of real cases: same service, answers, documents and steps, with their own reference, person, area and dates.

A clone is as valid as a case made by the actions: encrypted answers are bound to it, its timeline is chained with
correct digests, its dates follow from its steps. Only the files are shared by content hash.
"""

import json
import random
import re
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from kini.cases.models import Attachment, Case, TimelineEntry
from kini.cases.public import DERIVED, Derived, case_answers, digests, timeline
from kini.city import queries as city_queries
from kini.city.models import Area
from kini.city.public import pack
from kini.core import references
from kini.core.crypto import encrypt_json
from kini.services.public import ServiceSnapshot, questions, snapshot_of

#: Maximum number of days by which a clone is earlier than its original.
MOST_DAYS = 90
#: Spreads references over the whole range; odd, so that they do not collide.
STRIDE = 20_220_830_711
#: The landmark in an answer that is a place.
LANDMARK = re.compile(r'"near": "(?:[^"\\\\]|\\\\.)*"')


@dataclass(frozen=True, slots=True)
class Person:
    """Applicant of a clone: a resident, and their account if any."""

    resident: int
    user: int | None


@dataclass(slots=True)
class ShiftedTimeline:
    """Timestamps of a case shifted by some days, and the fields derived from them."""

    moments: list[datetime]
    derived: Derived


class Original:
    """Real case as template; the same objects are reused for every clone."""

    def __init__(self, case: Case, entries: list[TimelineEntry], documents: list[Attachment]) -> None:
        self.case, self.entries, self.documents = case, entries, documents
        self.snapshot: ServiceSnapshot = snapshot_of(case.version)
        self._moments = [entry.at for entry in entries]
        self._data = [json.dumps(entry.data) for entry in entries]
        self._answers = json.dumps(case_answers.of_case(case))
        self._files = [str(document.pk) for document in documents]
        self._area = case.area_id or ""
        self._by_resident = case.channel == "web"
        self._lives: dict[float, ShiftedTimeline] = {}
        self.point, self.is_open = (case.latitude, case.longitude), case.closed_at is None

    @property
    def file_keys(self) -> list[str]:
        """Keys of the documents of the case, in the order of `documents`."""
        return self._files

    @cached_property
    def level(self) -> str:
        """Level of areas among which a clone may move; "" if the case has a point or no area."""
        return self.case.area.level if self.case.area and self.case.latitude is None else ""

    def life(self, days: float) -> ShiftedTimeline:
        if days not in self._lives:
            moments = [at - timedelta(days=days) for at in self._moments]
            for entry, at in zip(self.entries, moments, strict=True):
                entry.at = at
            self._lives[days] = ShiftedTimeline(moments, timeline.derive(self.entries, self.snapshot))
        return self._lives[days]

    def become(
        self,
        number: int,
        days: float,
        person: Person,
        area: Area | None,
        unit: str | None,
        point: tuple[float, float] | None = None,
        near: str = "",
        words: Mapping[str, str] | None = None,
    ) -> None:
        """Turn the objects into clone `number`; the caller assigns the ids of its rows.

        Args:
            days: by how many it is earlier than the original.
            point: another place in the area, for an original that has one.
            near: landmark close to it.
            words: other texts in place of some answers.
        """
        life, case = self.life(days), self.case
        case.reference = references.from_number(pack.current().reference_prefix, number * STRIDE % references.NUMBERS)
        case.resident_id = person.resident
        if self._by_resident:
            case.submitted_by_id = person.user
        if area:
            case.area_id, case.area_path, case.unit_id = area.pk, area.path, unit
        for name in DERIVED:
            setattr(case, name, getattr(life.derived, name))
        case.opened_at = life.moments[0]
        swaps = {f'"{old}"': f'"{uuid.uuid4()}"' for old in self._files}
        if area:
            swaps[f'"{self._area}"'] = f'"{area.pk}"'
        swaps |= {json.dumps(old): json.dumps(new) for old, new in (words or {}).items()}
        if point:
            case.latitude, case.longitude = point
            for part, old, new in zip(("lat", "lon"), self.point, point, strict=True):
                swaps[f'"{part}": {old}'] = f'"{part}": {new}'
            if landmark := LANDMARK.search(self._answers):
                swaps[landmark[0]] = f'"near": {json.dumps(near)}'
        self._take_files(swaps)
        self._take_answers(json.loads(_swapped(self._answers, swaps)))
        self._chain(life, person, swaps)

    def _take_files(self, swaps: Mapping[str, str]) -> None:
        for document, old in zip(self.documents, self._files, strict=True):
            document.pk = uuid.UUID(swaps[f'"{old}"'].strip('"'))
            document.uploaded_at = self.case.opened_at

    def _take_answers(self, answers_by_name: dict[str, Any]) -> None:
        plain, sealed = questions.split_encrypted(self.snapshot, answers_by_name)
        self.case.answers = plain
        self.case.sealed = encrypt_json(sealed, case_answers.case_context(self.case)) if sealed else None

    def _chain(self, life: ShiftedTimeline, person: Person, swaps: Mapping[str, str]) -> None:
        holds = {part: digests.part_digest(part, self.case, self.documents) for part in digests.PARTS}
        previous = digests.NO_ENTRY
        for entry, at, data in zip(self.entries, life.moments, self._data, strict=True):
            entry.at, entry.previous = at, previous
            entry.data = json.loads(_swapped(data, swaps))
            if parts := entry.data.get("holds"):
                entry.data["holds"] = {part: holds[part] for part in parts}
            if entry.actor_kind == "resident":
                entry.actor_id = person.user
            entry.digest = previous = digests.entry_digest(self.case.reference, entry)
        self.case.head, self.case.entries = previous, len(self.entries)
        self.case.seal = digests.case_mac(self.case)


def _swapped(text: str, swaps: Mapping[str, str]) -> str:
    for old, new in swaps.items():
        text = text.replace(old, new)
    return text


def load_originals(keys: Iterable[int]) -> list[Original]:
    """Load cases as templates."""
    cases = Case.objects.select_related("version", "area").filter(pk__in=list(keys)).order_by("pk")
    return [Original(case, list(case.timeline.all()), list(case.documents.all())) for case in cases]


class CaseCloner:
    """Cloner that varies person, area, unit and dates. Deterministic by number."""

    def __init__(self, keys: Iterable[int], accounts: range, helped: range, users: Mapping[int, int]) -> None:
        """
        Args:
            keys: primary keys of the originals.
            accounts: residents with an account; `users` maps them to it.
            helped: residents without an account.
        """
        self._originals = load_originals(keys)
        self._accounts, self._helped, self._users = accounts, helped, users
        self._areas: dict[str, list[Area]] = {}
        self._units: dict[tuple[str, str], str | None] = {}

    def copy(self, number: int) -> Original:
        """Return the objects of clone `number`, valid until the next call."""
        chance = random.Random(number)  # noqa: S311 -- a measurement, no secret
        original = self._originals[number % len(self._originals)]
        resident = chance.choice(self._accounts if original.case.channel == "web" else self._helped)
        area = self._area(original, chance)
        unit = self._unit(original.case.agency_id, area) if area else None
        days = int(chance.random() ** 2 * MOST_DAYS)
        original.become(number, days, Person(resident, self._users.get(resident)), area, unit)
        return original

    def _area(self, original: Original, chance: random.Random) -> Area | None:
        if not original.level:
            return None
        if original.level not in self._areas:
            self._areas[original.level] = list(city_queries.areas_by_level(original.level))
        return chance.choice(self._areas[original.level])

    def _unit(self, agency: str, area: Area) -> str | None:
        key = (agency, area.pk)
        if key not in self._units:
            unit = city_queries.unit_for(agency, area)
            self._units[key] = unit.pk if unit else None
        return self._units[key]
