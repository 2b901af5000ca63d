"""Translations of the interface: complete, and each sentence once."""

import re

import pytest
from babel.messages.pofile import read_po

from kini.cli import texts


@pytest.mark.parametrize("path", texts.catalogs(texts.SOURCE), ids=lambda path: path.parts[-3])
def test_no_translation_repeats_itself(path):
    """A merge of catalogues once left eleven texts four times in a row."""
    with path.open("rb") as file:
        catalog = read_po(file, locale=path.parts[-3])
    strings = [string for message in catalog if message.id for string in texts._parts(message.string)]
    assert [string for string in strings if re.fullmatch(r"(.{10,}?)\1+", string, re.DOTALL)] == []


def test_a_text_without_translation_is_noticed():
    assert not texts.translated("")
    assert not texts.translated(("one", ""))
    assert texts.translated(("one", "two"))
