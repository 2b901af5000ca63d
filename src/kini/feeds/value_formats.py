"""Values of a row formatted for pages and downloads."""

from datetime import datetime
from typing import Any

from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from kini.analytics import disclosure
from kini.core import current_time
from kini.feeds.models import Record
from kini.feeds.schema import NUMBERS, Feed, FeedField
from kini.web import formats
from kini.web.templatetags.kini import phone


def format_value(form: FeedField, value: Any, *, suppressed: bool = False) -> Any:
    """Format a value with its unit; empty if unknown. May be HTML (a link, a phone number)."""
    if value is None:
        return ""
    if suppressed:
        return format_number(form, value, suppressed=True)
    if form.type in NUMBERS:
        return f"{format_number(form, value)} {form.unit}" if form.unit else format_number(form, value)
    match form.type:
        case "choice":
            return str(form.options.get(value, value))
        case "boolean":
            return pgettext("answer", "yes") if value else pgettext("answer", "no")
        case "link":
            return format_html('<a href="{0}" rel="noopener noreferrer">{1}</a>', value, value.split("/")[2])
        case "phone":
            return phone(value)
        case "text" if value in form.words:
            return str(form.words[value])
    return value


def row_title(feed: Feed, record: Record) -> str:
    """Title of a row."""
    form = feed.fields.get(feed.display.title)
    return str(form.words.get(record.title, record.title)) if form else record.title


def format_number(form: FeedField, value: float, *, suppressed: bool = False) -> str:
    """Format a number without unit; one too small to publish is shown as a bound.

    Args:
        suppressed: it is not published because smaller ones could be derived from it.
    """
    if _is_small(form, value):
        return _("fewer than %(count)d") % {"count": form.smallest}
    if suppressed:
        return _("not published")
    if form.type == "money":
        return formats.money(int(value))
    places = 0 if value == int(value) else len(f"{value:.2f}".rstrip("0").split(".")[1])
    return number_format(value, places, use_l10n=True, force_grouping=abs(value) >= 10_000)


def download_value(form: FeedField, value: Any, *, suppressed: bool = False) -> Any:
    """Value for a download; one too small to publish is replaced by a bound, other suppressed ones are empty."""
    if _is_small(form, value):
        return f"<{form.smallest}"
    return None if suppressed else value


def _is_small(form: FeedField, value: Any) -> bool:
    return form.smallest is not None and form.type in NUMBERS and disclosure.is_small(value, form.smallest)


def format_moment(feed: Feed, at: datetime | None) -> str:
    """Format a moment with the feed's precision."""
    if at is None:
        return ""
    match feed.at.shows if feed.at else "minute":
        case "day":
            return formats.day(at)
        case "month":
            return formats.month(at)
    return formats.moment_near(at, current_time.now())
