"""Rendering of a field: label, hint, error and inputs, linked for screen readers."""

from collections.abc import Iterable
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from kini.services.fields.base import FieldBase


def render_field(
    field: FieldBase,
    name: str,
    typed: Any = None,
    error: str = "",
    *,
    heading: bool = False,
    files: Iterable[Any] = (),
) -> SafeString:
    """Render a field as HTML.

    Args:
        name: name of its input; parts are called "name.part".
        typed: input values (`FieldBase.typed` or `form_value`).
        heading: make the label the page's h1.
        files: stored documents of an upload field, with `pk`, `name` and `size`; each gets a "remove" button that
            submits its id.
    """
    context = {
        "inputmode": field.inputmode,
        "autocomplete": field.autocomplete if field.profile else "",
        "unit": getattr(field, "unit", None),
        **field.context(name, typed),
        "field": field,
        "name": name,
        "id": field.anchor(name),
        "typed": "" if typed is None else typed,
        "error": error,
        "heading": heading,
        "files": list(files),
    }
    return SafeString(render_to_string(f"services/fields/{field.template}", context))
