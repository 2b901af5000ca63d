from hypothesis import given
from hypothesis import strategies as st

from kini.web import theme

COLOURS = st.from_regex(r"\A#[0-9a-f]{6}\Z")


@given(COLOURS)
def test_whatever_brand_colour_a_city_has_texts_stay_legible(brand: str) -> None:
    tokens = theme.theme_tokens({"brand": brand})
    assert theme.contrast(theme.parse_hex(tokens["brand-700"]), theme.WHITE) >= 4.4
    assert theme.contrast(theme.parse_hex(tokens["brand-900"]), theme.WHITE) >= 4.4
    assert theme.contrast(theme.parse_hex(tokens["brand-300"]), theme.DARK_SURFACE) >= 4.4


def test_a_token_that_a_city_gives_stands_as_it_is() -> None:
    assert theme.theme_tokens({"brand": "#0b5d51", "brand-100": "#ABCDEF"})["brand-100"] == "#abcdef"
    assert theme.theme_tokens({"sand-50": "#ffffff"}) == {"sand-50": "#ffffff"}


def test_nothing_but_colours_gets_into_the_stylesheet() -> None:
    assert theme.stylesheet({"brand": "red;} body{display:none", "evil": "#ffffff"}) == ""


def test_faults_of_a_theme_are_named() -> None:
    faults = dict(
        theme.theme_errors({"brand": "teal", "colour": "#ffffff", "brand-700": "#ffee00", "sand-50": "#ffffff"})
    )
    assert set(faults) == {"brand", "colour", "brand-700"}


def test_black_on_white_is_the_greatest_contrast() -> None:
    assert round(theme.contrast(theme.BLACK, theme.WHITE), 1) == 21.0
