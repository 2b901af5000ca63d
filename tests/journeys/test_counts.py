"""Ten everyday journeys on a phone, with their pages, taps and words counted.

    KINI_TABLES=write ./kini test -- tests/journeys/test_counts.py tests/journeys/test_ten_cases.py

writes the figures into docs/journeys.md; with `-s` each page is printed, too.
"""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Geolocation, ViewportSize

from tests.journeys import walks
from tests.journeys.conftest import Person, Stock
from tests.journeys.counts import compare
from tests.journeys.pace import Pace

PHONE: ViewportSize = {"width": 360, "height": 740}
CENTRE: Geolocation = {"latitude": -6.18, "longitude": 106.83}
#: By the journey's name in the table: how it goes, and who is signed in.
JOURNEYS: dict[str, tuple[Callable[[walks.Walk], None], str]] = {
    "a birth certificate, by somebody known": (walks.next_birth_certificate, ""),
    "the same, by somebody new": (walks.first_birth_certificate, ""),
    "b pothole, by a guest": (walks.pothole, ""),
    "c queue number of a health centre, with ticket": (walks.health_centre, walks.KNOWN),
    "d vehicle tax, up to the code to pay": (walks.vehicle_tax, walks.KNOWN),
    "e nearest Wi-Fi": (walks.wifi, ""),
    "f emergency 112": (walks.emergency, ""),
    "g flood: level of the gates": (walks.flood, ""),
    "g bus: next departures": (walks.bus, ""),
    "h allowance for a grandmother, up to the check page": (walks.allowance, walks.KNOWN),
    "i correction, from the case": (walks.correction, walks.KNOWN),
    "j withdraw, from the case": (walks.withdrawal, walks.KNOWN),
    "j object, from the case": (walks.objection, walks.KNOWN),
    "j rate, from the case": (walks.rating, walks.KNOWN),
}


@pytest.mark.long
@pytest.mark.parametrize("journey", JOURNEYS)
def test_a_journey_costs_what_the_table_says(journey: str, chromium: Browser, city: str, stock: Stock) -> None:
    go, name = JOURNEYS[journey]
    contexts = []

    def person() -> Person:
        contexts.append(
            chromium.new_context(viewport=PHONE, locale="id-ID", geolocation=CENTRE, permissions=["geolocation"])
        )
        return Person(contexts[-1].new_page(), city)

    someone = person()
    if name:
        someone.sign_in(name)
    walk = walks.Walk(someone, Pace(someone.page), stock, person)
    walk.set_out()
    go(walk)
    walk.pace.finish()
    print(f"{journey}: {walk.pace}, {walk.pace.words} words", *walk.pace.read, sep="\n  ")
    for context in contexts:
        context.close()
    compare(journey, walk.pace.pages, walk.pace.taps, words=walk.pace.words)
