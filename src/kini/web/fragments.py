"""Small pieces of HTML that stand on a page many times: files with {names}, filled as `format_html` fills them.

Django's template language takes some twenty times as long, which fifty rows make felt.
"""

import html
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from django.template.loader import get_template
from django.utils.safestring import SafeString, mark_safe


def filled(name: str, **values: Any) -> SafeString:
    """The file of that name among the templates with its {names} filled; values that are no HTML are escaped."""
    written = {each: value if isinstance(value, SafeString) else _escaped(str(value)) for each, value in values.items()}
    return SafeString(_source(name).format_map(written))


@lru_cache(maxsize=5_000)
def _escaped(text: str) -> str:
    """What stands in one row mostly stands in others."""
    return html.escape(text)


@lru_cache(maxsize=50)
def _source(name: str) -> str:
    template: Any = get_template(name)
    return str(template.template.source)


def options(choices: Iterable[tuple[str, str]], chosen: str = "") -> SafeString:
    """`<option>`s of (value, words), the chosen one selected; the same choices are written once."""
    written = _options(tuple(choices))
    before = f'<option value="{html.escape(chosen)}"'
    return mark_safe(written.replace(f"{before}>", f"{before} selected>", 1) if chosen else written)  # noqa: S308


@lru_cache(maxsize=200)
def _options(choices: tuple[tuple[str, str], ...]) -> str:
    return "".join(f'<option value="{html.escape(value)}">{html.escape(words)}</option>' for value, words in choices)
