"""Names of measures: what is counted by area and day, in case records and in outside figures.

Measures that end in "-total" are states at the end of a day; the others are of the day alone. Imports store outside
figures (`AreaFigure`) under these names. Per cent, such as the occupancy of beds, are states as well.
"""

from typing import Literal

type DayOf = Literal["onset", "specimen", "report", "death", "admission"]

CONFIRMED, PROBABLE, SUSPECTED, DEATHS = "confirmed", "probable", "suspected", "deaths"
RECOVERED, ADMITTED, TESTED, POSITIVE, CONTACTS = "recovered", "admitted", "tested", "positive", "contacts"
IMPORTED = "infected-elsewhere"
KNOWN_CONTACTS = "known-contacts"
#: Doses and the people who should have them; by kelurahan of residence.
FIRST_DOSES, SECOND_DOSES, VACCINE_TARGET = "dose1-total", "dose2-total", "vaccine-target-total"
ELDERLY_FIRST_DOSES, ELDERLY_SECOND_DOSES = "dose1-elderly-total", "dose2-elderly-total"
ELDERLY_TARGET = "vaccine-target-elderly-total"
ALL_WARDS = "all"


def total(measure: str) -> str:
    """Name of the state of a measure: cases until a day."""
    return f"{measure}-total"


def beds(ward: str) -> str:
    """Beds of a ward that can be occupied."""
    return f"beds-{ward}-total"


def occupied(ward: str) -> str:
    return f"occupied-{ward}-total"


def occupancy(ward: str) -> str:
    """Occupied beds in per cent, where the numbers are not known."""
    return f"occupancy-{ward}-total"
