"""Section "Health" of the home page: alerts and level where the visitor lives, and the ways to help."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from kini.core.localized_text import Text
from kini.epidemic.diseases.disease_files import diseases
from kini.epidemic.prevention import health_alerts as alerts
from kini.epidemic.prevention.advice_pages import declared_levels
from kini.epidemic.prevention.alert_pages import view_of
from kini.epidemic.prevention.bed_types import beds_file
from kini.epidemic.prevention.care_links import care_link
from kini.epidemic.spread import queries
from kini.epidemic.spread.models import PublishedDay
from kini.epidemic.spread.schema import DayContent, Figure, FigureName
from kini.people.public import nearby


@dataclass(frozen=True)
class Situation:
    """A disease today: its newest published day, and its page."""

    disease: Text
    published: PublishedDay
    address: str

    @cached_property
    def content(self) -> DayContent:
        return self.published.read()

    @property
    def new_cases(self) -> Figure | None:
        return self.content.figures.get(FigureName.NEW_CASES)


type Tile = tuple[str, str, str | Promise]
MOST_ALERTS = 2


def home_section(request: HttpRequest) -> SafeString | None:
    """Render the section; None for a city without diseases."""
    if not diseases():
        return None
    area = nearby.area_of(request)
    declared = declared_levels(area) if area else {}
    context = {
        "alerts": [view_of(each) for each in alerts.current_alerts(area)[:MOST_ALERTS]],
        "area": area,
        "levels": [
            (disease.name, declared[name], reverse("epidemic:advice", args=[name]))
            for name, disease in diseases().items()
            if disease.advice and name in declared
        ],
        "situations": list(_situations()),
        "tiles": list(_tiles(request)),
    }
    return render_to_string("epidemic/home.html", context, request)


def _situations() -> Iterator[Situation]:
    """Newest published day of each disease, with its page."""
    for published in queries.newest_days():
        if disease := diseases().get(published.disease):
            yield Situation(disease.name, published, reverse("epidemic:disease", args=[published.disease]))


def _tiles(request: HttpRequest) -> Iterator[Tile]:
    """Ways to help: address, icon, label."""
    yield reverse("epidemic:self-assessments"), "heart", _("Self-assessment")
    for step in ("test", "vaccination"):
        links = (care_link(disease, step) for disease in diseases().values())
        if link := next((each for each in links if each), None):
            yield link.address, link.icon, link.label
    if beds_file():
        yield reverse("epidemic:beds"), "pin", _("Hospital beds")
    yield reverse("epidemic:alerts"), "megaphone", _("Health alerts")
    if (name := next((name for name, each in diseases().items() if each.advice), None)) is not None:
        yield reverse("epidemic:advice", args=[name]), "shield", _("Advice")
