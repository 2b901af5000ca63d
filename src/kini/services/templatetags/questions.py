"""Template tags of question pages: `{% load questions %}{% ask field name typed error %}`."""

from collections.abc import Iterable
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from kini.services.fields.base import FieldBase
from kini.services.fields.field_html import render_field

register = template.Library()


@register.simple_tag
def scripts_of(inputs: Iterable[Any]) -> SafeString:
    """Script elements for the fields of a page, without duplicates."""
    names = sorted(frozenset().union(*(each.field.scripts() for each in inputs)))
    return format_html_join("\n", '<script src="{}" defer></script>', ((static(name),) for name in names))


@register.simple_tag
def ask(
    field: FieldBase, name: str, typed: Any = None, error: str = "", heading: bool = False, files: Iterable[Any] = ()
) -> SafeString:
    """Render a field; with `heading` its label is the page's h1."""
    return render_field(field, name, typed, error, heading=heading, files=files)
