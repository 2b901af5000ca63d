"""Invisible characters are refused; letters of all scripts are not."""

import pytest

from kini.core.invisible_characters import has_invisible


@pytest.mark.parametrize(
    "text",
    ["Siti\u202e", "\u3164", "Si\u200bti", "Si\u200dti", "Siti\u200c", "\ufeffSiti", "Si\u00adti", "\u2800", "Siti\0"],
)
def test_what_nobody_sees_is_refused(text: str) -> None:
    assert has_invisible(text)


@pytest.mark.parametrize(
    "text",
    ["Siti Nurhaliza", "Dvořák", "محمد", "می\u200cخواهم", "क्\u200dष", "👩\u200d👧", "two\nlines\tand a tab", "한글"],
)
def test_scripts_and_emoji_are_taken(text: str) -> None:
    assert not has_invisible(text)
