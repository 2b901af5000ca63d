"""Location fields: area, address, point on the map, facility, corners of a plot."""

import re
from typing import Any, ClassVar, Literal

from django.utils.translation import gettext as _
from pydantic import Field as Option

from kini.city import queries
from kini.city.models import Area
from kini.city.public import area_map, geocoding, pack
from kini.services.fields.base import FieldBase, FormData, InvalidAnswer, input_id
from kini.services.fields.text import clean_text

_PAIR = re.compile(r"^(-?[0-9]{1,3}(?:\.[0-9]+)?)\s*[,;]\s*(-?[0-9]{1,3}(?:\.[0-9]+)?)$")
#: Script that suggests areas while typing and describes a chosen point.
PLACE_SCRIPT = "kini/place.js"
_CODE = re.compile(r"^[A-Za-z0-9.-]{1,20}$")


def area_groups(level: str | None) -> list[tuple[str, list[Area]]]:
    """Areas of `level` (default: the lowest), grouped by the name of their parent."""
    if level is None:
        return [(parent.name, list(areas)) for parent, areas in queries.lowest_level_areas()]
    return [("", list(queries.areas_by_level(level)))]


def area_options(level: str | None, chosen: Any) -> list[dict[str, Any]]:
    """The groups of `area_groups` with options, for a template."""
    return [
        {"label": label, "options": [{"value": a.code, "label": a.name, "chosen": a.code == chosen} for a in areas]}
        for label, areas in area_groups(level)
    ]


def level_name(level: str | None) -> str:
    """Name of the level in this city."""
    city = pack.current()
    return city.level_name(level or city.lowest_level)


def area_by_code(code: str, level: str | None) -> Area:
    """Area with this code.

    Raises:
        InvalidAnswer: when there is none at this level.
    """
    area = queries.area(code) if _CODE.match(code) else None
    if area is None or area.level != (level or pack.current().lowest_level):
        raise InvalidAnswer(_("Choose one of the areas in the list."))
    return area


def area_from_input(code: str, text: str, level: str | None) -> Area | None:
    """The chosen area, else the area named in the last part of the address, else None.

    Raises:
        InvalidAnswer: when the code is not an area.
    """
    if code:
        return area_by_code(code, level)
    last = text.rpartition(",")[2]
    return queries.area_by_name(last) if last.strip() and level in (None, pack.current().lowest_level) else None


def all_areas(level: str | None) -> list[Area]:
    return [area for _label, areas in area_groups(level) for area in areas]


def area_name(code: str) -> str:
    area = queries.area(code)
    return area.name if area else code


def parse_coordinate(text: str, limit: int) -> float:
    """Parse degrees, rounded to six decimals.

    Raises:
        InvalidAnswer: when the text is not a number or out of range.
    """
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not -limit <= value <= limit:
        raise InvalidAnswer(_("This is not a valid position. Choose it again, or enter the address."))
    return round(value, 6)


class AreaField(FieldBase):
    """An area of the city, stored as its code."""

    type: Literal["area"] = "area"
    level: str | None = Option(default=None, description="Level of areas (city.toml); left out: the lowest.")
    template: ClassVar[str] = "area.html"
    script: ClassVar[str] = PLACE_SCRIPT

    def parse(self, name: str, sent: FormData) -> Any:
        typed = sent.text(name)
        return area_by_code(typed, self.level).code if typed else None

    def missing(self) -> str:
        return _("Choose the area.")

    def show(self, value: Any) -> str:
        return area_name(value)

    def context(self, name: str, typed: Any) -> dict[str, Any]:
        return {"groups": area_options(self.level, typed)}

    def example(self, number: int) -> dict[str, Any]:
        areas = all_areas(self.level)
        return {"": areas[number % len(areas)].code}

    def invalid_example(self) -> dict[str, Any] | None:
        return {"": "nowhere"}


class AddressField(FieldBase):
    """An address in the city, stored as {"text", "area"}."""

    type: Literal["address"] = "address"
    level: str | None = Option(default=None, description="Level of areas (city.toml); left out: the lowest.")
    template: ClassVar[str] = "address.html"
    script: ClassVar[str] = PLACE_SCRIPT
    uses_fieldset: ClassVar[bool] = True

    def inputs(self, name: str) -> frozenset[str]:
        return frozenset({f"{name}.text", f"{name}.area"})

    def anchor(self, name: str) -> str:
        return input_id(f"{name}.text")

    def missing(self) -> str:
        return _("Enter the address and choose the area.")

    def parse(self, name: str, sent: FormData) -> Any:
        text = clean_text(sent.text(f"{name}.text"), limit=240)
        code = sent.text(f"{name}.area")
        if not text and not code:
            return None
        area = area_from_input(code, text, self.level)
        if not text or area is None:
            raise InvalidAnswer(self.missing())
        return {"text": text, "area": area.code}

    def typed(self, name: str, sent: FormData) -> Any:
        return {"text": sent.text(f"{name}.text"), "area": sent.text(f"{name}.area")}

    def form_value(self, value: Any) -> Any:
        return value or {}

    def show(self, value: Any) -> str:
        return f"{value['text']}, {area_name(value['area'])}"

    def context(self, name: str, typed: Any) -> dict[str, Any]:
        chosen = typed or {}
        return {
            "text_name": f"{name}.text",
            "area_name": f"{name}.area",
            "text": chosen.get("text", ""),
            "groups": area_options(self.level, chosen.get("area")),
            "level_name": level_name(self.level),
            "autocomplete": "street-address" if self.profile == "address" else "",
        }

    def example(self, number: int) -> dict[str, Any]:
        areas = all_areas(self.level)
        return {".text": f"Jalan Contoh {1 + number % 90}", ".area": areas[number * 7 % len(areas)].code}

    def invalid_example(self) -> dict[str, Any] | None:
        return {".text": "Jalan Contoh 1", ".area": "nowhere"}

    def json_schema(self) -> dict[str, Any]:
        properties = {"text": {"type": "string", "maxLength": 240}, "area": {"type": "string"}}
        required = ["text", "area"]
        return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


class LocationField(FieldBase):
    """A point in the city, stored as {"lat", "lon", "text", "area", "exact", "near"}.

    Entered as a position (device or map pin), or as address and area; then the point is one in that area and not
    `exact`. The map is never required. `near` names a landmark close to an exact point.
    """

    type: Literal["location"] = "location"
    template: ClassVar[str] = "location.html"
    script: ClassVar[str] = PLACE_SCRIPT
    uses_fieldset: ClassVar[bool] = True

    def inputs(self, name: str) -> frozenset[str]:
        return frozenset(f"{name}.{part}" for part in ("lat", "lon", "text", "area"))

    def anchor(self, name: str) -> str:
        return input_id(f"{name}.text")

    def missing(self) -> str:
        return _("Describe the place and choose the area, or use your position.")

    def parse(self, name: str, sent: FormData) -> Any:
        typed = self.typed(name, sent)
        text = clean_text(typed["text"], limit=240)
        if not any(typed.values()):
            return None
        if (typed["lat"] or typed["lon"]) and (exact := self._by_point(typed, text)):
            return exact
        area = area_from_input(typed["area"], text, None)
        if not text or area is None:
            raise InvalidAnswer(self.missing())
        return {"lat": area.latitude, "lon": area.longitude, "text": text, "area": area.code, "exact": False}

    def _by_point(self, typed: dict[str, str], text: str) -> dict[str, Any] | None:
        """The exact point; None if a different area was chosen, which is then the newer answer."""
        lat, lon = parse_coordinate(typed["lat"], 90), parse_coordinate(typed["lon"], 180)
        area = queries.locate(lat, lon)
        if typed["area"] and (area is None or area.code != typed["area"]):
            return None
        if area is None:
            raise InvalidAnswer(geocoding.outside_city_text())
        near = queries.landmark(lat, lon)
        return {"lat": lat, "lon": lon, "text": text, "area": area.code, "exact": True, "near": near}

    def typed(self, name: str, sent: FormData) -> Any:
        return {part: sent.text(f"{name}.{part}") for part in ("lat", "lon", "text", "area")}

    def form_value(self, value: Any) -> Any:
        if not value:
            return {}
        exact = {"lat": str(value["lat"]), "lon": str(value["lon"])} if value.get("exact") else {}
        return {"text": value["text"], "area": value["area"], **exact}

    def show(self, value: Any) -> str:
        area = queries.area(value["area"])
        words = geocoding.describe_location(area, value.get("near", "")) if area else value["area"]
        point = f"({value['lat']:.5f}, {value['lon']:.5f})" if value.get("exact") else ""
        return " ".join(part for part in (f"{value['text']}." if value["text"] else "", words, point) if part)

    def context(self, name: str, typed: Any) -> dict[str, Any]:
        chosen = typed or {}
        return {
            **{f"{part}_name": f"{name}.{part}" for part in ("lat", "lon", "text", "area")},
            **{part: chosen.get(part, "") for part in ("lat", "lon", "text")},
            **{f"{part}_id": input_id(f"{name}.{part}") for part in ("lat", "lon")},
            "groups": area_options(None, chosen.get("area")),
            "level_name": level_name(None),
            "here": self._in_words(chosen),
            "map": area_map(_("Map of the city"), (), {}),
        }

    def _in_words(self, chosen: dict[str, Any]) -> str:
        """Description of the point in the inputs; empty if it is missing or invalid."""
        try:
            exact = self._by_point(chosen, "") if chosen.get("lat") else None
        except InvalidAnswer:
            exact = None
        area = queries.area(exact["area"]) if exact else None
        return geocoding.describe_location(area, exact["near"]) if exact and area else ""

    def example(self, number: int) -> dict[str, Any]:
        areas = all_areas(None)
        area = areas[number * 7 % len(areas)]
        if number % 2:
            return {".text": f"Dekat pos {1 + number % 20}", ".area": area.code}
        text = f"Depan rumah nomor {1 + number % 90}"
        return {".lat": str(area.latitude), ".lon": str(area.longitude), ".text": text}

    def invalid_example(self) -> dict[str, Any] | None:
        return {".lat": "0", ".lon": "0", ".text": "", ".area": ""}

    def json_schema(self) -> dict[str, Any]:
        degrees = {"type": "number"}
        words = {"text": {"type": "string", "maxLength": 240}, "area": {"type": "string"}}
        properties = {"lat": degrees, "lon": degrees, **words, "exact": {"type": "boolean"}, "near": {"type": "string"}}
        ways = [{"required": ["lat", "lon"]}, {"required": ["text", "area"]}]
        return {"type": "object", "properties": properties, "anyOf": ways, "additionalProperties": False}

    def to_form_data(self, value: Any) -> dict[str, Any]:
        exact = value.get("exact", True)
        parts = ("lat", "lon", "text", "area") if exact else ("text", "area")
        return {f".{part}": value[part] for part in parts if part in value}


class FacilityField(FieldBase):
    """A facility, stored as {"place", "name"}: chosen if the pack has places of that kind, else typed."""

    type: Literal["facility"] = "facility"
    place: str = Option(description="Kind of place (places.csv).")
    template: ClassVar[str] = "facility.html"

    def choices(self) -> dict[str, str]:
        return {place.id: place.name for place in queries.place_options(self.place)}

    def parse(self, name: str, sent: FormData) -> Any:
        typed = clean_text(sent.text(name), limit=160)
        if not typed:
            return None
        choices = self.choices()
        if choices and typed not in choices:
            raise InvalidAnswer(_("Choose one of the places in the list."))
        return {"place": typed, "name": choices[typed]} if choices else {"place": "", "name": typed}

    def missing(self) -> str:
        return _("Enter the place.")

    def form_value(self, value: Any) -> Any:
        return (value.get("place") or value["name"]) if value else ""

    def show(self, value: Any) -> str:
        return str(value["name"])

    def context(self, name: str, typed: Any) -> dict[str, Any]:
        return {"options": [{"value": v, "label": label, "chosen": v == typed} for v, label in self.choices().items()]}

    def example(self, number: int) -> dict[str, Any]:
        choices = list(self.choices())
        return {"": choices[number % len(choices)] if choices else f"Tempat {1 + number % 50}"}

    def invalid_example(self) -> dict[str, Any] | None:
        return {"": "x" * 161}

    def json_schema(self) -> dict[str, Any]:
        properties = {"place": {"type": "string"}, "name": {"type": "string"}}
        ways = [{"required": ["place"]}, {"required": ["name"]}]
        return {"type": "object", "properties": properties, "anyOf": ways, "additionalProperties": False}

    def to_form_data(self, value: Any) -> dict[str, Any]:
        return {"": value.get("place") or value.get("name", "")}


class GeometryField(FieldBase):
    """Corner points of a plot, typed as one "lat, lon" per line; stored as [[lat, lon], ...]."""

    type: Literal["geometry"] = "geometry"
    max: int = Option(default=50, ge=3, le=500, description="Corner points.")
    template: ClassVar[str] = "longtext.html"

    def parse(self, name: str, sent: FormData) -> Any:
        lines = [
            line.strip() for line in clean_text(sent.text(name), limit=20_000, lines=True).split("\n") if line.strip()
        ]
        if not lines:
            return None
        points = [self._point(number, line) for number, line in enumerate(lines, 1)]
        if not 3 <= len(points) <= self.max:
            raise InvalidAnswer(_("Enter 3 to %(max)d corner points, one per line.") % {"max": self.max})
        return points

    def _point(self, number: int, line: str) -> list[float]:
        match = _PAIR.match(line)
        if match is None:
            message = _("Line %(number)d: enter latitude and longitude like -6.17541, 106.82715.")
            raise InvalidAnswer(message % {"number": number})
        lat, lon = parse_coordinate(match[1], 90), parse_coordinate(match[2], 180)
        if queries.locate(lat, lon) is None:
            words = {"number": number, "city": pack.current().name}
            raise InvalidAnswer(_("Line %(number)d: this point is outside %(city)s.") % words)
        return [lat, lon]

    def form_value(self, value: Any) -> Any:
        return "\n".join(f"{lat}, {lon}" for lat, lon in value or [])

    def show(self, value: Any) -> str:
        return "; ".join(f"{lat}, {lon}" for lat, lon in value)

    def example(self, number: int) -> dict[str, Any]:
        areas = all_areas(None)
        area = areas[number * 7 % len(areas)]
        corners = [(0, 0), (0, 1), (1, 1), (1, 0)]
        points = [(area.latitude + dy * 1e-4, area.longitude + dx * 1e-4) for dy, dx in corners]
        return {"": "\n".join(f"{lat:.6f}, {lon:.6f}" for lat, lon in points)}

    def invalid_example(self) -> dict[str, Any] | None:
        return {"": "0, 0\n0, 1\n1, 1"}

    def json_schema(self) -> dict[str, Any]:
        point = {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2}
        return {"type": "array", "items": point, "minItems": 3, "maxItems": self.max}


TYPES = (AreaField, AddressField, LocationField, FacilityField, GeometryField)
