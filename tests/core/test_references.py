"""References: typing errors are detected, equivalent spellings are accepted."""

import string

from hypothesis import given
from hypothesis import strategies as st

from kini.core import references
from kini.core.references import ALPHABET

new_references = st.builds(lambda _: references.generate("KINI"), st.integers())


@given(new_references, st.integers(0, 7))
def test_every_single_wrong_character_is_found(reference: str, place: int) -> None:
    code = reference.removeprefix("KINI-").replace("-", "")
    for other in ALPHABET:
        if other != code[place]:
            assert references.parse("KINI", code[:place] + other + code[place + 1 :]) is None


@given(new_references)
def test_it_is_read_however_it_is_written(reference: str) -> None:
    assert references.parse("KINI", reference) == reference
    for written in (
        reference.lower(),
        reference.replace("-", ""),
        reference.replace("-", " "),
        reference.removeprefix("KINI-"),
        f"  {reference} ",
        reference.replace("0", "O").replace("1", "I"),
        reference.replace("1", "l"),
    ):
        assert references.parse("KINI", written) == reference


@given(new_references)
def test_it_has_no_letters_that_look_alike(reference: str) -> None:
    assert not set("ILOU") & set(reference.removeprefix("KINI"))
    assert len(reference) == len("KINI-XXXX-XXXX")


@given(st.text(string.printable + "é\0½٣", max_size=30))
def test_anything_typed_is_a_reference_or_none(typed: str) -> None:
    reference = references.parse("KINI", typed)
    assert reference is None or references.parse("KINI", reference) == reference


def test_references_do_not_repeat() -> None:
    assert len({references.generate("KINI") for _ in range(2000)}) == 2000
