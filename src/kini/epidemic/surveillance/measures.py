"""Names of measures, shared by those who store figures of areas and those who count and read them.

A figure is of its day alone. "-total": the state at the end of the day, which is a sum since the beginning (confirmed,
deaths, doses) or a stock (people ill, beds). "-weekly": the sum of the week that ends on the day.
"""

from typing import Literal

#: Sort of day by which case records are counted.
type DayOf = Literal["onset", "specimen", "report", "death", "admission"]

#: Sums since the beginning, or of a day or week.
CONFIRMED, DEATHS, RECOVERED, PROBABLE, DISCARDED = "confirmed", "deaths", "recovered", "probable", "discarded"
SUSPECTED, CONTACTS, ADMITTED = "suspected", "contacts", "admitted"
#: Confirmed cases that were infected outside the city, and those that were known as contacts before.
IMPORTED, KNOWN_CONTACTS = "infected-elsewhere", "known-contacts"
#: People tested, those of them with a positive result, specimens; share of positive results in percent.
TESTED, POSITIVE, SPECIMENS, POSITIVITY = "tested", "positive", "specimens", "positivity"
#: Doses given; the first, second and third ones are "dose-1" ..., those of a group "elderly-dose-1" ...
DOSES, TARGET, ELDERLY = "doses", "target", "elderly-"
#: Group of doses that are counted where they were given, rather than where the people live.
BY_PLACE = "by-place-"
#: Sources of doses: those that Kini counts itself, and imported ones, which know of doses of all providers.
COUNTED_DOSES, IMPORTED_DOSES = "doses", "vaccination"
#: Stocks; each stands with "-total" only.
ACTIVE, IN_HOSPITAL, ISOLATED, POPULATION = "active", "in-hospital", "isolated", "population"
#: Stocks of beds by ward ("beds-icu-total", "beds-all-total"): all, occupied, and their ratio in percent.
BEDS, OCCUPIED, OCCUPANCY, ALL_WARDS = "beds", "occupied", "occupancy", "all"
#: Ratios in percent, which have no sum.
RATES = (OCCUPANCY, POSITIVITY)

TOTAL, WEEKLY = "-total", "-weekly"


def total_of(measure: str) -> str:
    """Return the measure of the state at the end of the day."""
    return f"{measure}{TOTAL}"


def of_ward(stock: str, ward: str) -> str:
    """Return the measure of a stock of beds: "beds-icu-total"."""
    return total_of(f"{stock}-{ward}")


def dose(number: int, group: str = "") -> str:
    """Return the measure of the people who have a dose: "dose-1-total", "elderly-dose-1-total"."""
    return total_of(f"{group}dose-{number}")
