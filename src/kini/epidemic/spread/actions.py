"""Publishing the figures of a disease: the only way from case records to the public pages."""

from datetime import date, timedelta

from kini.core import audit
from kini.core.actions import action
from kini.core.actors import Actor, require_system
from kini.epidemic.case_records.models import CaseRecord
from kini.epidemic.spread.area_summaries import areas_content, counted_periods, record_span
from kini.epidemic.spread.day_summaries import day_summaries
from kini.epidemic.spread.models import PublishedAreas, PublishedDay
from kini.epidemic.spread.schema import AreasContent, DayContent
from kini.epidemic.spread.weekly_counts import settled_counts

#: Days whose figures are computed again each time; older ones only when everything is.
RECENT_DAYS = 60


@action
def publish_figures(*, by: Actor, disease: str, until: date, everything: bool = False) -> int:
    """Publish the days until a day, and the periods of areas that have ended; return how many of them changed.

    Args:
        everything: also days that were published before `RECENT_DAYS`, after an import of old figures.

    Raises:
        NotAllowed: for anybody but the system.
    """
    require_system(by)
    first = min(record_span(disease), default=None)
    if first is None or first > until:
        return 0
    made_up = CaseRecord.objects.filter(disease=disease, source="demo").exists()
    recent = until - timedelta(days=RECENT_DAYS)
    if not everything and PublishedDay.objects.filter(disease=disease, day__lt=recent).exists():
        first = max(first, recent)
    changed = sum(_store_day(disease, content, made_up) for content in day_summaries(disease, first, until))
    changed += _publish_areas(disease, first, until, made_up)
    if changed:
        audit.record(by=by, action="epidemic.figures-published", subject=f"disease:{disease}", detail={"rows": changed})
    return changed


def _store_day(disease: str, content: DayContent, made_up: bool) -> bool:
    stored = content.model_dump(mode="json")
    row = PublishedDay.objects.filter(disease=disease, day=content.day).first()
    if row and (row.content, row.made_up) == (stored, made_up):
        return False
    defaults = {"content": stored, "made_up": made_up}
    PublishedDay.objects.update_or_create(disease=disease, day=content.day, defaults=defaults)
    return True


def _publish_areas(disease: str, first: date, until: date, made_up: bool) -> int:
    changed = 0
    for period in counted_periods(disease, first, until):
        row = PublishedAreas.objects.filter(disease=disease, first=period.first, last=period.last).first()
        former = row.settled if row else {}
        settled = settled_counts(period.counts, former.get("areas", {}))
        ages = settled_counts(period.ages, former.get("ages", {}))
        content = areas_content(disease, period, settled, ages)
        changed += _store_areas(disease, row, content, {"areas": settled, "ages": ages}, made_up)
    return changed


def _store_areas(
    disease: str, row: PublishedAreas | None, content: AreasContent, settled: dict[str, dict[str, int]], made_up: bool
) -> bool:
    stored = content.model_dump(mode="json")
    if row and (row.content, row.made_up) == (stored, made_up):
        return False
    if row is None:  # a source with other periods takes the place of a former one
        PublishedAreas.objects.filter(disease=disease, first__lte=content.last, last__gte=content.first).delete()
        row = PublishedAreas(disease=disease, first=content.first, last=content.last)
    row.content, row.settled, row.made_up = stored, settled, made_up
    row.save()
    return True


@action
def withdraw_made_up_figures(*, by: Actor) -> int:
    """Delete what was published of a made-up wave, before another one or none; return the number of rows.

    Raises:
        NotAllowed: for anybody but the system.
    """
    require_system(by)
    rows = sum(model.objects.filter(made_up=True).delete()[0] for model in (PublishedDay, PublishedAreas))
    if rows:
        audit.record(by=by, action="epidemic.figures-withdrawn", subject="disease:all", detail={"rows": rows})
    return rows
