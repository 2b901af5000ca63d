"""Maps as SVG files that stand alone, with light colours."""

from pathlib import Path

from django.template.loader import render_to_string

from kini import web
from kini.city.maps.city_map import CityMap

#: Colours that pages take from the theme.
COLOURS = (
    ":root{--surface:#fff;--text:#16211f;--muted:#4b5a57;--line:#e6dfd2;--edge:#7d8a87;--brand:#0b5d51;--on-brand:#fff;"
    "--amber:#855700;--rose:#a3123a;--blue:#1b4f9c}"
)
#: Heading of the styles of maps, the last section of kini.css.
SECTION = "/* ---------- maps;"


def render_map_file(drawn: CityMap) -> str:
    """Render a map as one SVG file."""
    styles = (Path(web.__file__).parent / "static" / "kini" / "kini.css").read_text("utf-8")
    style = styles.partition(SECTION)[2].partition("*/")[2]
    light = style.split("@media")[0] + style.partition("} }")[2]
    return render_to_string("city/map_file.svg", {"map": drawn, "style": f"{COLOURS} {light}"})
