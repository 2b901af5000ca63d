"""Draws a field: its inputs under their label, with hint and error, tied together for screen readers."""

from collections.abc import Iterable
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from kini.services.fields.base import FieldBase


def render(
    field: FieldBase,
    name: str,
    typed: Any = None,
    error: str = "",
    *,
    heading: bool = False,
    files: Iterable[Any] = (),
) -> SafeString:
    """The HTML of a field.

    Args:
        name: name of its input; inputs of several parts are called "name.part".
        typed: what stands in the inputs (`FieldBase.typed` or `form_value`).
        heading: the label is the page's h1.
        files: documents that lie in the slot of an upload field, with `pk`, `name` and `size`; each is shown with a
            button called "remove" that sends its id.
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
