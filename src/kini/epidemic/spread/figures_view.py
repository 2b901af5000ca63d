"""Published figures as a page shows them: label, number, unit, change within a week, source and age."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from kini.epidemic.spread.schema import DayContent, Figure, FigureName
from kini.epidemic.surveillance import measures

#: Days after which a figure is marked as old.
OLD_AFTER = 7


@dataclass(frozen=True, slots=True)
class FigureForm:
    """Form in which a figure is written: label, sentence that explains it, unit, decimals."""

    label: str | Promise
    about: str | Promise
    unit: str | Promise = ""
    decimals: int = 0


FORMS: Final[Mapping[FigureName, FigureForm]] = {
    FigureName.NEW_CASES: FigureForm(gettext_lazy("New cases"), gettext_lazy("confirmed and reported on this day")),
    FigureName.INCIDENCE: FigureForm(
        gettext_lazy("Cases in 7 days"), gettext_lazy("for each 100,000 people"), decimals=1
    ),
    FigureName.REPRODUCTION: FigureForm(
        gettext_lazy("Rt"), gettext_lazy("people whom one case infects; above 1 the epidemic grows"), decimals=2
    ),
    FigureName.POSITIVITY: FigureForm(
        gettext_lazy("Positive tests"), gettext_lazy("of the people tested in 7 days"), "%", decimals=1
    ),
    FigureName.BEDS: FigureForm(
        gettext_lazy("Beds in use (BOR)"), gettext_lazy("of the isolation beds in hospitals"), "%", decimals=0
    ),
    FigureName.INTENSIVE_BEDS: FigureForm(
        gettext_lazy("ICU beds in use"), gettext_lazy("of the intensive care beds in hospitals"), "%", decimals=0
    ),
    FigureName.DEATHS: FigureForm(gettext_lazy("Deaths"), gettext_lazy("of people with the disease, on this day")),
    FigureName.ADMISSIONS: FigureForm(
        gettext_lazy("Taken to hospital in 7 days"), gettext_lazy("for each 100,000 people"), decimals=1
    ),
    FigureName.FATALITY: FigureForm(
        gettext_lazy("Died of the cases"), gettext_lazy("deaths until now of the cases until two weeks ago"), "%", 2
    ),
    FigureName.DOUBLING_DAYS: FigureForm(
        gettext_lazy("Doubling"),
        gettext_lazy("days in which weekly cases double; below 0: halve"),
        pgettext_lazy("unit of a figure", "days"),
        0,
    ),
    FigureName.CONTACTS: FigureForm(
        gettext_lazy("Contacts for each case"), gettext_lazy("close contacts that were found"), decimals=1
    ),
}
#: Figures of the first screen; the others follow below.
FIRST = (
    FigureName.NEW_CASES,
    FigureName.INCIDENCE,
    FigureName.REPRODUCTION,
    FigureName.POSITIVITY,
    FigureName.BEDS,
    FigureName.DEATHS,
)


@dataclass(frozen=True, slots=True)
class FigureCard:
    """A figure ready for the page; `way` is "up", "down" or "same" against a week ago, or "" if that is unknown."""

    label: str
    about: str
    value: str
    unit: str
    interval: str
    way: str
    change: str
    source: str
    measured_on: date
    old: bool


def figure_cards(content: DayContent, names: tuple[FigureName, ...] = tuple(FORMS)) -> list[FigureCard]:
    """Return the cards of those figures that are known."""
    return [_card(FORMS[name], content.figures[name], content.day) for name in names if name in content.figures]


def source_name(source: str) -> str:
    """Return the name of a source; "" is the city's own records."""
    if source == measures.COUNTED_DOSES:
        return _("Doses recorded at the city's vaccination sites")
    if source == measures.IMPORTED_DOSES:
        return _("Figures of the health agency")
    return source or _("Health agency, case records")


def format_figure(name: FigureName, value: float) -> str:
    return _number(value, FORMS[name].decimals)


def _card(form: FigureForm, figure: Figure, day: date) -> FigureCard:
    interval = ""
    if figure.low is not None and figure.high is not None:
        bounds = {"low": _number(figure.low, form.decimals), "high": _number(figure.high, form.decimals)}
        interval = _("%(low)s to %(high)s") % bounds
    way, change = _change(form, figure)
    return FigureCard(
        label=str(form.label),
        about=str(form.about),
        value=_number(figure.value, form.decimals),
        unit=str(form.unit),
        interval=interval,
        way=way,
        change=change,
        source=source_name(figure.source),
        measured_on=figure.measured_on,
        old=day - figure.measured_on > timedelta(days=OLD_AFTER),
    )


def _change(form: FigureForm, figure: Figure) -> tuple[str, str]:
    if figure.before is None:
        return "", ""
    before = _number(figure.before, form.decimals)
    if before == _number(figure.value, form.decimals):
        return "same", _("as a week ago")
    words = {"before": f"{before} {form.unit}".strip()}
    if figure.value > figure.before:
        return "up", _("up from %(before)s a week ago") % words
    return "down", _("down from %(before)s a week ago") % words


def _number(value: float, decimals: int) -> str:
    return number_format(round(value, decimals), decimals, use_l10n=True, force_grouping=True)
