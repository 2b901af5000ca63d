"""The typed schema of the pack's feeds/NAME.yaml."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Annotated, Literal, Self

from django.utils.translation import gettext as _
from pydantic import Field, model_validator

from kini.core.config_messages import Fault, InvalidContent, use_one_of
from kini.core.dated_rules import SourcedRule, check_rules
from kini.core.localized_text import Text
from kini.feeds.rules import ScaleRule, applicable_rule
from kini.services.public import Id, Name, StrictModel

Tone = Literal["ok", "info", "warn", "bad", "neutral"]
FieldType = Literal["text", "integer", "number", "money", "boolean", "choice", "link", "phone"]
NUMBERS = frozenset({"integer", "number", "money"})


class Duration(StrictModel):
    """Duration: exactly one unit."""

    minutes: int | None = Field(default=None, ge=1)
    hours: int | None = Field(default=None, ge=1)
    days: int | None = Field(default=None, ge=1)

    @model_validator(mode="after")
    def _one_unit(self) -> Self:
        if sum(each is not None for each in (self.minutes, self.hours, self.days)) != 1:
            raise ValueError(_("give exactly one of %(names)s") % {"names": "minutes, hours, days"})
        return self

    @property
    def length(self) -> timedelta:
        return timedelta(minutes=self.minutes or 0, hours=self.hours or 0, days=self.days or 0)


class Source(StrictModel):
    """Source of the rows.

    Attributes:
        name: publisher; shown beside every figure.
        licence: terms of use.
        format: file format.
        http: address to poll; without it files are dropped into the folder `feeds` of the var folder.
        hosts: further hosts to which it may redirect.
        every: polling interval.
        whole: a file is complete, so that rows missing from it are gone.
        rows: path to the list of rows in JSON ("data.items").
        renamed: column names of other years' files, and the name that the fields use.
        empty: what the source writes for unknown values.
        most_faults: per cent of faulty rows above which a file is refused.
    """

    name: Text
    licence: Text
    format: Literal["csv", "json", "geojson", "gtfs"] = "csv"
    http: Annotated[str, Field(pattern=r"^https?://[^/\s]+/\S*$")] | None = None
    hosts: list[str] = []
    every: Duration = Duration(minutes=10)
    whole: bool = False
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] = ","
    rows: str = ""
    renamed: dict[str, str] = {}
    empty: list[str] = ["", "-"]
    most_faults: int = Field(default=20, ge=0, le=100)
    most_mb: int = Field(default=50, ge=1, le=1000)


class FeedField(StrictModel):
    """A field of a row.

    Attributes:
        from_: column of the source (default: the field's name).
        values: translation of the source's values.
        options: options of a choice, by stored value.
        words: translations of the source's words; others are shown unchanged.
        internal: stored and in downloads, but not shown on pages.
        smallest: numbers above zero and below this one are hidden, since they could identify persons.
    """

    type: FieldType = "text"
    label: Text
    unit: Text | None = None
    from_: str = Field(default="", alias="from")
    values: dict[str, str] = {}
    options: dict[str, Text] = {}
    words: dict[str, Text] = {}
    optional: bool = False
    internal: bool = False
    min: float | None = None
    max: float | None = None
    smallest: int | None = Field(default=None, ge=2)

    @model_validator(mode="after")
    def _choice_with_options(self) -> Self:
        if (self.type == "choice") != bool(self.options):
            raise ValueError(_("a choice has options, and nothing else has"))
        return self


class MomentColumns(StrictModel):
    """Time of measurement of a row.

    Attributes:
        from_: columns in braces: "{date} {time}"; it must read as 2026-11-25 or 2026-11-25 14:05, in the city's time.
        values: translation of parts that are words ({Januari: "01"}).
        shows: precision.
    """

    from_: str = Field(alias="from")
    values: dict[str, str] = {}
    shows: Literal["minute", "day", "month"] = "minute"


class PositionColumns(StrictModel):
    """Columns of a row's position: a point, an area of the city by code, or both."""

    latitude: str = ""
    longitude: str = ""
    area: str = ""
    areas: dict[str, str] = Field(
        default={}, description="What the source writes in that column, and which code it is."
    )

    @model_validator(mode="after")
    def _both_or_neither(self) -> Self:
        if bool(self.latitude) != bool(self.longitude) or not (self.latitude or self.area):
            raise ValueError(_("name the columns of latitude and longitude, or that of the area"))
        return self


class Step(StrictModel):
    """One level of a scale. Its name is always shown; the tone only colours it."""

    name: Text
    tone: Tone = "neutral"
    about: Text | None = Field(default=None, description="What it means for people: an advice.")


class LevelRule(SourcedRule):
    """Thresholds of the levels, valid from a day on.

    Attributes:
        from_: first day (default: always).
        keys: rows to which it applies (as their key is shown in downloads); default: all without a rule of their own.
        at_least: level -> smallest value that reaches it.
    """

    since: date = Field(default=date.min, alias="from")
    keys: list[str] = []
    at_least: dict[str, float]


class Levels(StrictModel):
    """A scale that rates a number by dated rules.

    Attributes:
        of: field with the number; without it only the source gives the level.
        given: choice field in which the source gives the level; used where no rule applies.
        steps: levels, in ascending order of the number.
    """

    of: Name | None = None
    given: Name | None = None
    steps: Annotated[dict[str, Step], Field(min_length=2)]
    rules: list[LevelRule] = []

    @model_validator(mode="after")
    def _steps_exist(self) -> Self:
        if not self.given and not (self.of and self.rules):
            raise ValueError(
                _("say which number is judged (of) by which rules, or where the source says the step (given)")
            )
        for key in {None, *(key for rule in self.rules for key in rule.keys)}:
            check_rules(rule for rule in self.rules if (key in rule.keys if key else not rule.keys))
        if faults := list(self._rule_faults()):
            raise InvalidContent(*faults)
        return self

    def _rule_faults(self) -> Iterator[Fault]:
        for number, rule in enumerate(self.rules):
            place = ("rules", number, "at_least")
            for name in rule.at_least.keys() - self.steps.keys():
                yield Fault(
                    (*place, name), _('there is no step "%(name)s"') % {"name": name}, use_one_of(self.steps, name)
                )
            order = [rule.at_least[name] for name in self.steps if name in rule.at_least]
            if order != sorted(order):
                message = _("the numbers must grow in the order of the steps")
                yield Fault(place, message, _("The steps are: %(names)s.") % {"names": ", ".join(self.steps)})

    @property
    def scale(self) -> list[ScaleRule]:
        return [
            ScaleRule(each.since, frozenset(each.keys), tuple(sorted(each.at_least.items(), key=lambda a: a[1])))
            for each in self.rules
        ]

    def confidence(self, key: str, day: date) -> str:
        """Confidence of the rule for that row on that day."""
        rule = applicable_rule(self.rules, key, day)
        return rule.confidence if rule else "high"


class RowDisplay(StrictModel):
    """Display of the rows.

    Attributes:
        title: field that names a row.
        figure: main number.
        notes: fields shown beside it in the list.
        text: a longer text (news).
        filters: fields with a filter.
        chart: numbers drawn over time.
        order: order of the list.
        home: show on the home page the row nearest to the visitor, else the one on the gravest level.
    """

    title: Name
    figure: Name | None = None
    notes: list[Name] = []
    text: Name | None = None
    filters: list[Name] = []
    chart: list[Name] = []
    order: Literal["name", "level", "figure", "figure-down", "newest"] = "name"
    map: bool = True
    home: bool = False


class Feed(StrictModel):
    """feeds/NAME.yaml. The file name is the feed's id.

    Attributes:
        services: services whose page shows it.
        fresh: age from which a figure counts as old, after its measurement or, without one, the last read of the
            source.
        key: fields that together identify a row.
    """

    name: Text
    about: Text
    one: Text = Field(description='What one row is called: "Stasiun".')
    services: Annotated[list[Id], Field(min_length=1)]
    icon: str = "info"
    source: Source
    fresh: Duration
    key: list[Name] = []
    at: MomentColumns | None = None
    where: PositionColumns | None = None
    fields: dict[Name, FeedField] = {}
    levels: Levels | None = None
    show: RowDisplay | None = None
    note: Text | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.source.format == "gtfs":
            if self.fields or self.key or self.show:
                raise ValueError(_("a timetable (gtfs) has its own fields; leave out key, fields and show"))
            return self
        if not (self.key and self.fields and self.show):
            raise ValueError(_("say what its rows are: key, fields and show"))
        if faults := list(self._field_faults(self.show)):
            raise InvalidContent(*faults)
        return self

    def _field_faults(self, show: RowDisplay) -> Iterator[Fault]:
        """Errors of the names of fields: unknown ones, texts where a number is needed, filters of hidden numbers."""
        for place, name in self._named(show):
            if not name:
                continue
            if name not in self.fields:
                yield Fault(place, _('there is no field "%(name)s"') % {"name": name}, use_one_of(self.fields, name))
            elif place in (("levels", "of"), ("show", "figure")) or place[:2] == ("show", "chart"):
                if self.fields[name].type not in NUMBERS:
                    message = _('"%(name)s" must be a number to be judged, shown as a figure or drawn') % {"name": name}
                    yield Fault(
                        place,
                        message,
                        _("Give it one of the types: %(names)s.") % {"names": ", ".join(sorted(NUMBERS))},
                    )
            elif place[:2] == ("show", "filters") and self.fields[name].smallest:
                yield Fault(
                    place,
                    _('a filter would reveal the hidden numbers of "%(name)s"') % {"name": name},
                    _("Leave it out."),
                )

    def _named(self, show: RowDisplay) -> Iterator[tuple[tuple[str | int, ...], str | None]]:
        """Places that name a field, with the name."""
        for key in ("title", "figure", "text"):
            yield ("show", key), getattr(show, key)
        for key in ("of", "given") if self.levels else ():
            yield ("levels", key), getattr(self.levels, key)
        for key in ("notes", "filters", "chart"):
            yield from ((("show", key, index), name) for index, name in enumerate(getattr(show, key)))
        yield from ((("key", index), name) for index, name in enumerate(self.key))

    @property
    def display(self) -> RowDisplay:
        """Display of the rows.

        Raises:
            LookupError: for a timetable.
        """
        if self.show is None:
            raise LookupError("A timetable has no rows of this sort.")
        return self.show
