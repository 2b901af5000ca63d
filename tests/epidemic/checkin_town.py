"""Persons, results, and phones that keep visits, for the tests of the check-in."""

from dataclasses import dataclass, field
from datetime import date
from itertools import count
from pathlib import Path

from kini.city.models import Agency, Area
from kini.core import current_time
from kini.epidemic.checkin import queries
from kini.epidemic.checkin.venue_code import VenueCode, new_seed
from kini.epidemic.checkin.warning_records import Exposure, Risk, Stay, StayMatcher, minute_of, records_of, stay_keys
from kini.epidemic.models import CaseRecord, LabTest, WarningPackage
from kini.people.models import Person

COVID = (Path(__file__).parents[2] / "cities" / "jakarta" / "diseases" / "covid-19.yaml").read_text("utf-8")
_numbers = count(1)


def venue_code(name: str = "Warung Dermaga", kind: str = "restaurant") -> VenueCode:
    return VenueCode(name, kind, 60, new_seed())


@dataclass
class Phone:
    """A phone: its stays, each with the keys of its hours."""

    visits: list[tuple[Stay, dict[int, bytes]]] = field(default_factory=list)

    def visit(self, code: VenueCode, start: int, minutes: int) -> None:
        stay = Stay(start, start + minutes)
        self.visits.append((stay, stay_keys(code.venue_id, stay)))

    def records(self) -> list[list[bytes]]:
        return [records_of(keys, stay, Risk.HIGH) for stay, keys in self.visits]

    def exposures(self) -> dict[int, Exposure]:
        """Match all published packages."""
        matcher = StayMatcher(self.visits, queries.diseases_with_venues()["covid-19"].overlap_minutes)
        for content in WarningPackage.objects.values_list("content", flat=True):
            matcher.add(bytes(content))
        return matcher.exposures()


def positive(area: Area, agency: Agency, someone: Person | None = None, on: date | None = None) -> LabTest:
    """A case record of somebody, with the positive result that confirmed it."""
    number, on = next(_numbers), on or current_time.now().date()
    someone = someone or Person.objects.create(source="epidemic.case", name=f"Orang {number}")
    case = CaseRecord.objects.create(
        reference=f"EP-{number:08}",
        disease="covid-19",
        person=someone,
        classification="confirmed",
        classified_at=current_time.now(),
        area=area,
        area_path=area.path,
        agency=agency,
        specimen_on=on,
        reported_on=on,
        source="desk",
    )
    return LabTest.objects.create(
        person=someone,
        case=case,
        disease="covid-19",
        area=area,
        test="pcr",
        specimen_on=on,
        result="positive",
        result_on=on,
        number=str(number),
        source="desk",
    )


def now_minute() -> int:
    return minute_of(current_time.now())
