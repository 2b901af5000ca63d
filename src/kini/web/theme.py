"""City colours as CSS: the pack gives a brand colour or any raw tokens; the others are derived."""

import colorsys
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

type Rgb = tuple[float, float, float]

HEX: Final = re.compile(r"#[0-9a-fA-F]{6}")
BLACK: Final[Rgb] = (0, 0, 0)
WHITE: Final[Rgb] = (255, 255, 255)
DARK_SURFACE: Final[Rgb] = (23, 32, 31)
#: WCAG 2.2, 1.4.3: contrast of normal-size text.
LEGIBLE: Final = 4.5

#: Derivation of each shade from the brand colour in HLS: lightness * first + second, saturation * third.
SHADES: Final[dict[str, tuple[float, float, float]]] = {
    "brand-900": (0.58, 0.0, 1.0),
    "brand-800": (0.77, 0.0, 1.0),
    "brand-700": (1.0, 0.0, 1.0),
    "brand-600": (1.0, 0.05, 1.0),
    "brand-300": (0.0, 0.62, 0.62),
    "brand-100": (0.0, 0.895, 0.52),
    "brand-50": (0.0, 0.957, 0.5),
}
TOKENS: Final = ("brand", *SHADES, "sand-50", "sand-100", "sand-200")


def parse_hex(colour: str) -> Rgb:
    """Parse "#rrggbb" into three numbers from 0 to 255."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def to_hex(colour: Rgb) -> str:
    return "#" + "".join(f"{round(part):02x}" for part in colour)


def mix(colour: Rgb, other: Rgb, share: float) -> Rgb:
    """Mix `share` (0..1) of the other colour into this one."""
    red, green, blue = (a + (b - a) * share for a, b in zip(colour, other, strict=True))
    return red, green, blue


def shade(colour: Rgb, how: tuple[float, float, float]) -> Rgb:
    """Derive a shade by an entry of `SHADES`."""
    factor, plus, strength = how
    hue, lightness, saturation = colorsys.rgb_to_hls(*(part / 255 for part in colour))
    red, green, blue = colorsys.hls_to_rgb(hue, min(1.0, lightness * factor + plus), saturation * strength)
    return red * 255, green * 255, blue * 255


def luminance(colour: Rgb) -> float:
    """Relative luminance (WCAG 2.2), 0 (black) to 1 (white)."""
    red, green, blue = (part / 255 for part in colour)
    parts = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in (red, green, blue)]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one: Rgb, other: Rgb) -> float:
    """Contrast ratio (WCAG 2.2), 1 to 21."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def ensure_contrast(colour: Rgb, on: Rgb, towards: Rgb) -> Rgb:
    """Shift the colour towards `towards` as little as needed for legible text on `on`."""
    for step in range(101):
        moved = mix(colour, towards, step / 100)
        if contrast(moved, on) >= LEGIBLE:
            return moved
    return towards


def theme_tokens(theme: Mapping[str, Any]) -> dict[str, str]:
    """Raw tokens of a theme: given ones unchanged, the others derived from its brand colour.

    The brand colour is background of white text on light pages and text colour on dark ones, so it is shifted where
    the contrast is too low.
    """
    explicit = {name: str(theme[name]).lower() for name in TOKENS if HEX.fullmatch(str(theme.get(name, "")))}
    brand = explicit.pop("brand", None)
    if brand is None:
        return explicit
    base = ensure_contrast(parse_hex(brand), WHITE, BLACK)
    derived = {name: shade(base, how) for name, how in SHADES.items()}
    derived["brand-300"] = ensure_contrast(derived["brand-300"], DARK_SURFACE, WHITE)
    return {name: to_hex(colour) for name, colour in derived.items()} | explicit


def stylesheet(theme: Mapping[str, Any]) -> str:
    """Stylesheet that overrides the default colours."""
    values = theme_tokens(theme)
    return ":root{" + "".join(f"--{name}:{value};" for name, value in values.items()) + "}\n" if values else ""


def theme_errors(theme: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Errors of a theme: (key, message with remedy)."""
    for name, value in theme.items():
        if name not in TOKENS:
            yield name, f"there is no such colour; there are: {', '.join(TOKENS)}"
        elif not HEX.fullmatch(str(value)):
            yield name, f'"{value}" is no colour; write it as "#0b5d51"'
        elif name == "brand-700" and contrast(parse_hex(str(value)), WHITE) < LEGIBLE:
            yield name, "white text on it cannot be read; choose a darker one, or give `brand` and let it be darkened"
