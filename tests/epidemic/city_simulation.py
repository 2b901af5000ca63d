"""A simulated city: persons visit venues and forget to check out, some fall ill and warn, phones match."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import numpy as np

from kini.epidemic.checkin.venue_code import VenueCode, new_seed
from kini.epidemic.checkin.warning_packages import mix, spread_visits
from kini.epidemic.checkin.warning_records import (
    Risk,
    Stay,
    StayMatcher,
    minute_of,
    records_of,
    split_records,
    stay_keys,
)

FIRST = datetime(2021, 7, 1, tzinfo=UTC)
DAY = 1440
OVERLAP = 15


@dataclass
class Visit:
    """A visit as it was, and as the phone recorded it."""

    venue: int
    true: Stay
    recorded: Stay


@dataclass
class City:
    """Venues, visits by person, and who is ill and warns.

    Attributes:
        forget: share of visits without check-out, which end after the venue's usual stay. A third of the clocks are a
            minute late, a third a minute early.
    """

    persons: int
    venues: int
    days: int = 10
    visits_a_day: float = 2.0
    ill: float = 0.03
    forget: float = 0.2
    seed: int = 1
    codes: list[VenueCode] = field(default_factory=list)
    by_person: list[list[Visit]] = field(default_factory=list)
    warning: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        random = np.random.default_rng(self.seed)
        usual = random.choice([60, 90, 120, 150], self.venues)
        self.codes = [VenueCode(f"Venue {n}", "other", int(usual[n]), new_seed()) for n in range(self.venues)]
        # A few venues have most of the visitors.
        shares = 1 / np.arange(1, self.venues + 1) ** 0.6
        shares /= shares.sum()
        begin = minute_of(FIRST)
        for _person in range(self.persons):
            skew, own = int(random.integers(-1, 2)), []
            for day in range(self.days):
                for venue in random.choice(self.venues, random.poisson(self.visits_a_day), p=shares):
                    start = begin + day * DAY + int(random.integers(8 * 60, 21 * 60))
                    length = int(np.clip(random.lognormal(np.log(usual[venue] * 0.8), 0.5), 5, 600))
                    out = int(usual[venue]) if random.random() < self.forget else length
                    own.append(Visit(int(venue), Stay(start, start + length), Stay(start + skew, start + skew + out)))
            self.by_person.append(own)
        self.warning = [int(each) for each in random.choice(self.persons, max(1, int(self.persons * self.ill)), False)]

    def packages(self) -> dict[datetime, bytes]:
        """Packages of all that warn, each at the end of the last day."""
        pending: dict[datetime, list[bytes]] = defaultdict(list)
        now = FIRST + timedelta(days=self.days)
        for person in self.warning:
            visits = [records_of(self._keys(each), each.recorded, Risk.HIGH) for each in self.by_person[person][-24:]]
            for at, records in spread_visits(visits, now):
                pending[at] += records
        return {at: mix(records) for at, records in pending.items()}

    def warned(self, packages: dict[datetime, bytes]) -> set[tuple[int, int]]:
        """Visits (person, number) that phones find exposed."""
        everything = b"".join(sorted(record for content in packages.values() for record in split_records(content)))
        found = set()
        for person, visits in enumerate(self.by_person):
            if person not in self.warning:
                matcher = StayMatcher([(each.recorded, self._keys(each)) for each in visits], OVERLAP)
                matcher.add(everything)
                found |= {(person, number) for number in matcher.exposures()}
        return found

    def exposed(self, least: int = OVERLAP) -> set[tuple[int, int]]:
        """Visits that truly were at least so many minutes together with somebody who warns."""
        infectious: dict[int, list[Stay]] = defaultdict(list)
        for person in self.warning:
            for each in self.by_person[person][-24:]:
                infectious[each.venue].append(each.true)
        return {
            (person, number)
            for person, visits in enumerate(self.by_person)
            if person not in self.warning
            for number, each in enumerate(visits)
            if _together(each.true, infectious[each.venue]) >= least
        }

    def _keys(self, visit: Visit) -> dict[int, bytes]:
        return stay_keys(self.codes[visit.venue].venue_id, visit.recorded)


def _together(stay: Stay, others: list[Stay]) -> int:
    minutes = np.zeros(stay.end - stay.start, bool)
    for other in others:
        minutes[max(other.start - stay.start, 0) : max(other.end - stay.start, 0)] = True
    return int(minutes.sum())
