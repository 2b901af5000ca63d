"""Page components as template tags and filters; registered as builtins, so no template loads them."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django import template
from django.core.paginator import Page
from django.template import Context
from django.template.loader import render_to_string
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from kini.core import current_time
from kini.web import charts, components, formats, icons, navigation, public_states

register = template.Library()

register.simple_tag(icons.svg, name="icon")
register.simple_tag(components.options)
register.simple_tag(components.area_options)
#: Like `url` with a cache, about four times as fast; for the URLs on every page.
register.simple_tag(navigation.cached_reverse, name="address")

#: Officers, views and counts differ; a rail has about 6 KB.
MAX_RAILS = 200

TONE_ICONS = {"ok": "check", "info": "info", "warn": "alert", "bad": "alert"}


# Formats


@register.filter
def day(value: date | None) -> str:
    return formats.day(value) if value else ""


@register.filter
def day_long(value: date | None) -> str:
    return formats.day_long(value) if value else ""


@register.filter
def day_short(value: date | None) -> str:
    return formats.day_short(value) if value else ""


@register.filter
def clock(value: datetime | None) -> str:
    return formats.clock(value) if value else ""


@register.filter
def clock_to(start: datetime, end: datetime) -> str:
    return formats.clock_range(start, end)


@register.filter
def time_of_day(value: time | None) -> str:
    return formats.time_of_day(value) if value else ""


@register.filter
def moment(value: datetime | None) -> str:
    return formats.moment(value) if value else ""


@register.filter
def ago(value: datetime | None) -> str:
    return formats.ago(value) if value else ""


@register.filter
def due_words(value: datetime | None) -> str:
    return formats.due_words(value) if value else ""


@register.filter
def duration(seconds: float | None) -> str:
    return "" if seconds is None else formats.duration(seconds)


@register.filter
def distance(metres: float | None) -> str:
    return "" if metres is None else formats.distance(metres)


@register.filter
def money(amount: int | Decimal | None) -> str:
    return "" if amount is None else formats.money(amount)


@register.simple_tag
def phone(number: str, label: str = "") -> SafeString:
    """Phone number as a tel: link."""
    shown = label or formats.phone(str(number))
    return format_html('<a class="phone" href="{}">{}</a>', formats.phone_link(str(number)), shown)


@register.simple_tag
def call_button(number: str) -> SafeString:
    """Button over the whole width that calls an emergency number."""
    words = _("Call %(number)s") % {"number": formats.phone(str(number))}
    return format_html(
        '<p><a class="button block call" href="{}">{}{}</a></p>',
        formats.phone_link(str(number)),
        icons.svg("phone"),
        words,
    )


# Navigation


@register.simple_tag(takes_context=True)
def desk_rail(context: Context) -> SafeString:
    """Entries of the officers' rail."""
    return _desk_rail(context["layout"].desk)


@lru_cache(maxsize=MAX_RAILS)
def _desk_rail(groups: tuple[navigation.NavGroup, ...]) -> SafeString:
    """Cached by the entries, which contain all that is shown: an officer's next page mostly has the same."""
    return render_to_string("web/parts/desk_rail.html", {"groups": groups})


# Labels and states


@register.simple_tag
def tag(text: Any, tone: str = "neutral", icon: str = "") -> SafeString:
    """Status label with text and icon; the colour is redundant."""
    return _tag(conditional_escape(text), tone, icon)


@lru_cache(maxsize=2_000)
def _tag(text: SafeString, tone: str, icon: str) -> SafeString:
    name = icon or TONE_ICONS.get(tone, "")
    drawing = icons.svg(name, size="s") if name else ""
    return format_html('<span class="tag {}">{}{}</span>', tone, drawing, text)


@register.simple_tag
def state_tag(state: str, outcome: str = "") -> SafeString:
    """Status label of a public case state; of the outcome where the case ended without a decision."""
    looks = public_states.looks_of(state, outcome)
    return tag(looks.label, looks.tone, looks.icon)


@register.inclusion_tag("web/components/steps.html")
def steps(state: str, compact: bool = False, outcome: str = "", visited: Iterable[str] | None = None) -> dict[str, Any]:
    """The five steps with the current one; `compact` shows bars only, with labels for screen readers.

    Args:
        visited: states that the case was in, without which all earlier steps count as taken.
    """
    looks, taken = public_states.looks_of(state, outcome), None if visited is None else {*visited, state}
    bars = [
        {
            "label": public_states.state_label(name),
            "about": public_states.STATES[name].about,
            "look": "now" if n == looks.step else "on" if n < looks.step and (taken is None or name in taken) else "",
        }
        for n, name in enumerate(public_states.STEPS)
    ]
    if state == "rejected" or outcome in public_states.UNDECIDED:
        bars[-1] |= {"label": looks.label, "look": "bad" if state == "rejected" else "now"}
    return {"bars": bars, "compact": compact, "label": looks.label, "number": min(looks.step + 1, len(bars))}


@register.simple_tag
def due_tag(at: datetime | None, paused: bool = False, near: int = 14_400) -> SafeString:
    """Time left: red when late, amber within `near` seconds, neutral otherwise or while paused."""
    if paused:
        return tag(_("Paused"), icon="pause")
    if not at:
        return tag(_("No target"))
    left = (at - current_time.now()).total_seconds()
    tone = "bad" if left < 0 else "warn" if left < near else "neutral"
    return tag(formats.due_words(at, units=1), tone, icon="alert" if left < 0 else "clock")


@register.inclusion_tag("web/components/age.html")
def age(at: datetime | None, source: str = "", old_after: int = 0) -> dict[str, Any]:
    """Source and time of a figure; marked as old after `old_after` minutes (0: never)."""
    old = bool(at and old_after and current_time.now() - at > timedelta(minutes=old_after))
    return {"source": source, "when": formats.moment_near(at) if at else "", "at": at, "old": old}


@register.inclusion_tag("web/components/figure.html")
def figure(
    label: str,
    value: Any,
    unit: str = "",
    word: str = "",
    tone: str = "neutral",
    source: str = "",
    at: datetime | None = None,
    old_after: int = 0,
) -> dict[str, Any]:
    """Measured figure with its meaning, source and age."""
    return {"label": label, "value": value, "unit": unit, "word": word, "tone": tone} | age(at, source, old_after)


@register.inclusion_tag("web/components/desk_figure.html")
def desk_figure(value: Any, label: str, tone: str = "") -> dict[str, Any]:
    return {"value": value, "label": label, "tone": tone}


# Forms


@register.inclusion_tag("web/components/trend.html")
def trend(values: Sequence[float | None], label: Any) -> dict[str, Any]:
    """Sparkline; `label` is its accessible name, the page also shows the values as text."""
    return {"trend": charts.sparkline(values), "label": label, "width": charts.WIDTH, "height": charts.HEIGHT}


@register.inclusion_tag("web/components/error_summary.html")
def error_summary(errors: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Error summary at the top of the page: pairs (id of the input, how to fix it)."""
    return {"errors": errors}


@register.simple_block_tag
def field(
    content: str,
    id: str,  # noqa: A002 -- the name of the HTML attribute
    label: Any,
    hint: Any = "",
    error: Any = "",
    optional: bool = False,
    heading: bool = False,
) -> SafeString:
    """Input with its label; with `heading` the label is the page's h1."""
    return render_to_string("web/components/field.html", locals())


@register.simple_block_tag
def fieldset(
    content: str,
    id: str,  # noqa: A002 -- the name of the HTML attribute
    label: Any,
    hint: Any = "",
    error: Any = "",
    optional: bool = False,
    heading: bool = False,
) -> SafeString:
    """Group of inputs with a legend; with `heading` the legend is the page's h1."""
    return render_to_string("web/components/fieldset.html", locals())


@register.simple_tag
def described(id: str, hint: Any = "", error: Any = "") -> SafeString:  # noqa: A002 -- as in HTML
    """aria attributes that link an input to its hint and error."""
    ids = [f"{id}-{part}" for part, text in (("hint", hint), ("error", error)) if text]
    by = format_html('aria-describedby="{}"', " ".join(ids)) if ids else mark_safe("")
    return format_html('{} aria-invalid="true"', by) if error else by


@register.inclusion_tag("web/components/progress.html")
def progress(now: int, total: int, label: Any = "") -> dict[str, Any]:
    """Progress through the questions: part `now` of `total`."""
    return {"now": now, "total": total, "label": label}


@register.inclusion_tag("web/components/locate_button.html")
def locate_button(lat: str, lon: str, send: bool = False) -> dict[str, Any]:
    """Button that fills two inputs (by id) with the device's position; hidden without JavaScript.

    Args:
        send: submit the form once they are filled.
    """
    return {"lat": lat, "lon": lon, "send": send}


# Content


@register.inclusion_tag("web/components/facts.html")
def facts(rows: Iterable[Any], look: str = "rows") -> dict[str, Any]:
    """List of labels and values: "rows" with change links, "tiles", or one "line"."""
    return {"rows": components.facts(rows), "look": look}


@register.simple_block_tag
def card(content: str, title: Any = "", level: int = 2, tone: str = "", id: str = "") -> SafeString:  # noqa: A002
    return render_to_string("web/components/card.html", locals())


@register.simple_block_tag
def notice(content: str, tone: str = "info", title: Any = "", level: int = 2) -> SafeString:
    """Notice box; `tone` is info, ok, warn or bad."""
    return render_to_string("web/components/notice.html", locals() | {"icon_name": TONE_ICONS.get(tone, "info")})


@register.simple_block_tag
def section(content: str, title: Any, link: str = "", link_text: Any = "", note: Any = "") -> SafeString:
    """Page section under an h2, with an optional link."""
    return render_to_string("web/components/section.html", locals())


@register.inclusion_tag("web/components/empty_state.html")
def empty_state(
    title: Any, text: Any = "", url: str = "", action: Any = "", icon: str = "document", level: int = 2
) -> dict[str, Any]:
    """Placeholder of an empty list: reason and next action."""
    return {"title": title, "text": text, "url": url, "action": action, "icon_name": icon, "level": level}


@register.inclusion_tag("web/components/timeline.html")
def timeline(entries: Iterable[Any]) -> dict[str, Any]:
    """Timeline in the given order: `TimelineEntry` or dicts with its keys."""
    return {"entries": list(entries)}


@register.inclusion_tag("web/components/case_card.html")
def case_card(
    url: str,
    title: Any,
    state: str,
    outcome: str = "",
    reference: str = "",
    note: Any = "",
    needs_you: bool = False,
    level: int = 3,
) -> dict[str, Any]:
    return dict(locals())


@register.inclusion_tag("web/components/tile.html")
def tile(url: str, icon: str, label: Any, color: str = "brand") -> dict[str, Any]:
    return {"url": url, "icon_name": icon, "label": label, "color": color, "look": "tile"}


@register.inclusion_tag("web/components/tile.html")
def quick(url: str, icon: str, label: Any, color: str = "brand") -> dict[str, Any]:
    return {"url": url, "icon_name": icon, "label": label, "color": color, "look": "quick-tile"}


@register.inclusion_tag("web/components/link_row.html")
def link_row(
    url: str, label: Any, note: Any = "", icon: str = "", tag: Any = "", color: str = "brand"
) -> dict[str, Any]:
    """Row of `<ul class="links">`."""
    return {"url": url, "label": label, "note": note, "icon_name": icon, "tag_html": tag, "color": color}


# Navigation


@register.inclusion_tag("web/components/back.html")
def back(url: str, text: Any = "") -> dict[str, Any]:
    return {"url": url, "text": text}


@register.inclusion_tag("web/components/crumbs.html")
def crumbs(trail: Iterable[tuple[Any, str]]) -> dict[str, Any]:
    """Breadcrumbs: (label, url) from the top, without the page itself."""
    return {"trail": list(trail)}


@register.inclusion_tag("web/components/pager.html", takes_context=True)
def pager(context: template.Context, page_obj: Page[Any], parameter: str = "page") -> dict[str, Any]:
    """Links to previous and next page; the rest of the query string is kept."""

    def address(number: int) -> str:
        query = context["request"].GET.copy()
        query[parameter] = str(number)
        return f"?{query.urlencode()}"

    return {
        "page_obj": page_obj,
        "previous": address(page_obj.previous_page_number()) if page_obj.has_previous() else "",
        "next": address(page_obj.next_page_number()) if page_obj.has_next() else "",
    }


@register.inclusion_tag("web/components/search_form.html")
def search_form(url: str, label: Any, value: str = "", hint: Any = "", id: str = "q") -> dict[str, Any]:  # noqa: A002
    return {"url": url, "label": label, "value": value, "hint": hint, "id": id}


@register.inclusion_tag("web/components/quick_exit.html")
def quick_exit() -> dict[str, Any]:
    """Button that leaves for a harmless page and removes this one from the history."""
    return {}
