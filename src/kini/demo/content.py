"""Made-up content of a demo (demo.yaml of the pack): names, texts, seasons, sign-ins by task, stops of the tour."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from random import Random
from typing import Annotated, Literal

from django.conf import settings
from django.utils.translation import gettext as _
from pydantic import Field

from kini.city.public import Id, StrictModel, load_city
from kini.core.config_files import ConfigError, ConfigErrors, parse_model, read_source_file
from kini.core.localized_text import Text, missing_translations
from kini.core.process_cache import cached

FILE = "demo.yaml"
#: A text that stands for the name of a made-up person.
ANY_NAME = "@name"
#: Who a stop of the tour is seen as, beside the ids of tasks.
GUEST, RESIDENT = "guest", "resident"


class Names(StrictModel):
    """Parts of made-up names; the last one says that nobody is called so."""

    first: list[str] = Field(min_length=1)
    last: list[str] = Field(min_length=1)


class Task(StrictModel):
    """A sign-in of the demo by what one wants to do.

    Attributes:
        group: heading in the list.
        agency, roles: of the officer who does it.
        area: code of the area to which the roles are limited.
        operator: the person is an operator as well.
        email: part before the @ of an officer whom the demo has anyway.
        page: path on which the work is.
        cases: number of new cases by service, so that there is some.
    """

    group: Id
    name: Text
    page: str = Field(pattern="^/")
    agency: Id | None = None
    roles: list[Id] = []
    area: str = ""
    operator: bool = False
    email: str = ""
    cases: dict[Id, int] = {}


class SidePage(StrictModel):
    """A further page of a stop, for the same person."""

    name: Text
    page: str = Field(pattern="^/")


class Stop(StrictModel):
    """A stop of the tour: what one sees, on which page, as whom ("guest", "resident" or the id of a task)."""

    title: Text
    text: Text
    page: str = Field(pattern="^/")
    seen_as: Id = Field(alias="as")
    picture: str = ""
    also: list[SidePage] = []

    @property
    def links(self) -> list[tuple[str, Text]]:
        """All pages with their names, the stop's own first."""
        return [(self.page, self.title), *((each.page, each.name) for each in self.also)]


class NeighbourAnswer(StrictModel):
    """Answer of the neighbouring city to a request, so many hours after it came."""

    hours: float = Field(gt=0)
    status: Literal["open", "closed"]
    notes: str


class Neighbour(StrictModel):
    """A made-up neighbouring city that takes reports by Open311, on loopback.

    Attributes:
        name: for officers and residents; says that it is made up.
        services: its service_code by our service.
    """

    id: Id
    name: str = Field(pattern=r'^[^"\\\n]+$')
    services: dict[Id, Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+$")]] = Field(min_length=1)
    answers: list[NeighbourAnswer] = Field(min_length=1)


class Stray(StrictModel):
    """A report that no rule of the routing table sends to a unit, or that belongs to the neighbouring city.

    Attributes:
        area: code of the area in whose middle it is, or that is nearest to `point`.
        point: latitude and longitude of a place beyond the city's border.
        hours: how long ago it came.
        note: reason that an officer noted some hours later.
        elsewhere: it was filed in the neighbouring city at that time.
    """

    service: Id
    area: str
    point: tuple[float, float] | None = None
    location: str
    description: str
    hours: float = Field(gt=0)
    note: str = ""
    elsewhere: bool = False


class DemoFile(StrictModel):
    """demo.yaml.

    Attributes:
        answers: texts by what they answer, the most special key first: "service.field.choice", "service.field",
            "step.field", "field". `@name` stands for the name of a person.
        pictures: drawings (`kini.demo.pictures`) by service, or "service.choice".
        ratings: words by score.
        demand: how much more often than other services of its kind a service is asked for (1).
        seasons: how much more often than usual, by category or service and month.
        notes: reasons of officers why a case is late.
        neighbour: the city to which strays may be filed.
    """

    names: Names
    answers: dict[str, list[str]] = {}
    pictures: dict[str, str] = {}
    ratings: dict[int, list[str]] = {}
    demand: dict[Id, float] = {}
    seasons: dict[Id, dict[int, float]] = {}
    notes: list[str] = []
    neighbour: Neighbour | None = None
    strays: list[Stray] = []
    groups: dict[Id, Text] = {}
    tasks: dict[Id, Task] = {}
    tour: list[Stop] = []

    def name(self, number: int) -> str:
        """Name of the person with this number."""
        first, last = self.names.first, self.names.last
        return f"{first[number % len(first)]} {last[number // len(first) % len(last)]}"

    def text(self, keys: Iterable[str], rng: Random) -> str:
        """A text for the first of these keys that has any; empty if none has."""
        texts = next((self.answers[key] for key in keys if key in self.answers), ())
        chosen = rng.choice(texts) if texts else ""
        return self.name(rng.randrange(10_000)) if chosen == ANY_NAME else chosen

    def other_text(self, text: str, rng: Random) -> str:
        """A text that answers the same as this one; the text itself if there is no other."""
        return rng.choice(next((texts for texts in self.answers.values() if text in texts), [text]))

    def picture(self, service: str, choices: Sequence[str], default: str) -> str:
        """Name of the drawing that shows what a report is about."""
        keys = (*(f"{service}.{choice}" for choice in choices), service)
        return next((self.pictures[key] for key in keys if key in self.pictures), default)

    def season(self, keys: Iterable[str], month: int) -> float:
        factor = 1.0
        for key in keys:
            factor *= self.seasons.get(key, {}).get(month, 1.0)
        return factor


NOTHING = DemoFile(names=Names(first=["Ada", "Ben", "Cleo", "Dan"], last=["Example", "Sample", "Specimen"]))


def demo_content(root: Path | None = None) -> DemoFile:
    """Return the demo's content of a pack (default: the running city's), cached; a few names without a file.

    Raises:
        ConfigErrors: the file is invalid.
    """
    return _content(root or Path(settings.CITY_PATH))


@cached(maxsize=2)
def _content(root: Path) -> DemoFile:
    if not (root / FILE).is_file():
        return NOTHING
    return parse_model(read_source_file(root / FILE, root), DemoFile)


def check_demo(root: Path) -> Iterable[ConfigError]:
    """Check demo.yaml: its form, translations, and that stops and groups refer to what there is."""
    if not (root / FILE).is_file():
        return
    try:
        source = read_source_file(root / FILE, root)
        content = parse_model(source, DemoFile)
    except ConfigErrors as error:
        yield from error.errors
        return
    yield from missing_translations(source, content, load_city(root).languages)
    services = {path.stem for path in (root / "services").rglob("*.yaml")}
    for service in sorted(content.demand.keys() - services):
        yield source.error_at(("demand", service), _('there is no service "%(service)s"') % {"service": service})
    named: list[tuple[tuple[str | int, ...], str]] = [
        (("strays", place, "service"), each.service) for place, each in enumerate(content.strays)
    ]
    named += [
        (("neighbour", "services", each), each) for each in (content.neighbour.services if content.neighbour else ())
    ]
    for where, service in named:
        if service not in services:
            yield source.error_at(where, _('there is no service "%(service)s"') % {"service": service})
    for name, task in content.tasks.items():
        for service in sorted(task.cases.keys() - services):
            yield source.error_at(
                ("tasks", name, "cases", service), _('there is no service "%(service)s"') % {"service": service}
            )
        if task.group not in content.groups:
            yield source.error_at(("tasks", name, "group"), _('"groups" has no "%(group)s"') % {"group": task.group})
    for place, stop in enumerate(content.tour):
        if stop.seen_as not in (GUEST, RESIDENT, *content.tasks):
            yield source.error_at(
                ("tour", place, "as"),
                _('must be "%(guest)s", "%(resident)s" or the id of a task') % {"guest": GUEST, "resident": RESIDENT},
            )
