"""Questions about the spread of a disease: counts, indicators, levels, zones, alerts. The other parts ask these.

Areas are a level of the pack or a list of codes. `known_on` answers as it was known at the end of a day.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from django.db.models import Q, QuerySet

from kini.core.dated_rules import filter_in_force
from kini.epidemic.diseases.disease_files import disease_of
from kini.epidemic.surveillance import indicators as computed
from kini.epidemic.surveillance import levels, nowcasts, series, zones
from kini.epidemic.surveillance.areas import areas_of, smallest_areas
from kini.epidemic.surveillance.case_counts import USUAL_DAYS, Question
from kini.epidemic.surveillance.indicators import Indicators
from kini.epidemic.surveillance.levels import LevelResult
from kini.epidemic.surveillance.measures import DayOf
from kini.epidemic.surveillance.models import AreaAlert, Assessment, DeclaredLevel
from kini.epidemic.surveillance.nowcasts import Calibration, Factors, NowcastSeries
from kini.epidemic.surveillance.series import AreaSeries
from kini.epidemic.surveillance.zones import Zones

type Areas = str | Sequence[str]


def counts(
    disease: str,
    measure: str,
    areas: Areas,
    first: date,
    last: date,
    *,
    by: DayOf | None = None,
    group: tuple[str, object] | None = None,
    known_on: date | None = None,
) -> AreaSeries:
    """Count a measure (`surveillance.measures`) by area and day.

    Args:
        by: sort of day; None: by report, deaths by death, admissions by admission.
        group: only cases of an age group ("age_group", 20) or sex ("sex", "female").

    Raises:
        LookupError: there is no such measure, level or area.
    """
    question = Question(measure, by or USUAL_DAYS.get(measure, "report"), group)
    return series.area_series(disease, question, areas_of(areas), first, last, known_on)


def indicators(
    disease: str, areas: Areas, first: date, last: date | None = None, *, known_on: date | None = None
) -> Indicators:
    """Compute the indicators of a span of days (of one, without `last`)."""
    return computed.indicators(disease, areas_of(areas), first, last or first, known_on)


def nowcast(disease: str, areas: Areas, day: date, *, by: DayOf = "onset") -> NowcastSeries | None:
    """Predict the final numbers of the last days, as known on the day, with calibrated 80 % intervals."""
    measured = nowcasts.measured_calibration(disease, day)
    return nowcasts.nowcast_series(
        disease, areas_of(areas), day, by, factors=measured.factors if measured else Factors()
    )


def calibration(disease: str, day: date) -> Calibration | None:
    """Newest measured share of past days that the nowcast's intervals covered."""
    return nowcasts.measured_calibration(disease, day)


def false_alarms(disease: str, day: date) -> dict[str, float]:
    """Newest measured false alarms of an area in a year, by method; "rule" is that of the alerts."""
    rows = Assessment.objects.filter(disease=disease, measured_on__lte=day).exclude(subject__in=nowcasts.SUBJECTS)
    return dict(rows.order_by("measured_on").values_list("subject", "value"))


def levels_on(disease: str, areas: Areas, day: date, *, known_on: date | None = None) -> list[LevelResult]:
    """Levels of areas by the rule in force on the day."""
    first = day - timedelta(days=max(disease_of(disease).surveillance.stale_after, levels.COVERAGE_STALE))
    return levels.levels_of(indicators(disease, areas, first, day, known_on=known_on))


def level_of(disease: str, area: str, day: date, *, known_on: date | None = None) -> LevelResult:
    """Level of an area by the rule in force on the day."""
    return levels_on(disease, [area], day, known_on=known_on)[0]


def declared_level(disease: str, area: str, day: date) -> DeclaredLevel | None:
    """Level that an authority declared for the area or for one around it, the nearest first."""
    codes = areas_of([area]).areas[0].path.split("/")
    declared = [
        filter_in_force(DeclaredLevel.objects.filter(disease=disease, area=code), day, until="until").first()
        for code in reversed(codes)
    ]
    return next((each for each in declared if each), None)


def zones_on(disease: str, day: date, areas: Areas | None = None, *, known_on: date | None = None) -> Zones:
    """Zones of neighbourhoods with a case, by the rule in force on the day."""
    return zones.zones_on(disease, areas_of(areas) if areas else smallest_areas(), day, known_on)


def zones_of_days(disease: str, first: date, last: date) -> Iterator[Zones]:
    """Yield the zones of the whole city on each day, oldest first."""
    return zones.zones_of_days(disease, smallest_areas(), first, last)


def alerts(disease: str, day: date, weeks: int = 4, *, only_open: bool = False) -> QuerySet[AreaAlert]:
    """Alerts of the last weeks until a day, the newest and greatest first."""
    wanted = Q(disease=disease, week__lte=day, week__gt=date.fromordinal(day.toordinal() - 7 * weeks))
    if only_open:
        wanted &= Q(state=AreaAlert.OPEN)
    return AreaAlert.objects.filter(wanted).select_related("area").order_by("-week", "-cases", "area")
