"""The one tag that pages of questions need: `{% load questions %}{% ask field name typed error %}`."""

from collections.abc import Iterable
from typing import Any

from django import template
from django.utils.safestring import SafeString

from kini.services.fields.base import FieldBase
from kini.services.fields.rendering import render

register = template.Library()


@register.simple_tag
def ask(
    field: FieldBase, name: str, typed: Any = None, error: str = "", heading: bool = False, files: Iterable[Any] = ()
) -> SafeString:
    """A field with its inputs; with `heading` its label is the page's h1."""
    return render(field, name, typed, error, heading=heading, files=files)
