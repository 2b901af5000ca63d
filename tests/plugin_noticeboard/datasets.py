"""Data set of the noticeboard: how many notices were posted on each day, kept after the notices are gone."""

from collections import Counter
from datetime import date
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from kini.analytics.datasets import DataSet, Term
from kini.analytics.engine import open_partitions
from kini.core.retention import YEAR
from tests.plugin_noticeboard.models import Notice

POSTED = DataSet(
    "noticeboard.posted",
    "noticeboard/posted",
    key="month",
    columns={"day": "date32[day]", "notices": "int64"},
    term=Term(10 * YEAR, _("Number of notices on each day"), _("Names nobody")),
)


def count_month(month: date) -> None:
    """Count the notices of a month again, as long as they are there."""
    posted = Notice.objects.filter(posted_at__year=month.year, posted_at__month=month.month)
    days = Counter(moment.date() for moment in posted.values_list("posted_at", flat=True))

    def write(path: Path) -> None:
        import pyarrow
        from pyarrow import parquet

        parquet.write_table(pyarrow.table({"day": list(days), "notices": list(days.values())}), path)

    if days:
        with POSTED.store().change() as change:
            change.write(f"{month:%Y-%m}", write)


def total() -> int:
    """Number of notices in all months."""
    with open_partitions(POSTED.store(), spill=settings.VAR_PATH / "noticeboard" / "spill") as table:
        return int(table.notices.sum().execute())
