"""Nearby places and offices for the visitor's area, and the origin of distances in lists.

Only the area is stored, in a cookie of this browser; a position from the browser is used once and not stored.
"""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from kini.city import queries
from kini.city.models import Area, Place, Unit
from kini.city.public import geocoding, pack
from kini.core.geometry import Point
from kini.people.models import Resident, User

COOKIE = "area"
COOKIE_AGE = 90 * 24 * 3600
ON_HOME, ON_PAGE = 2, 8


@dataclass(frozen=True, slots=True)
class NearbyPlace:
    """A place, its distance in metres, and a link to a map."""

    place: Place
    metres: float

    @property
    def map(self) -> str:
        here = f"{self.place.latitude}/{self.place.longitude}"
        marked = urlencode({"mlat": self.place.latitude, "mlon": self.place.longitude})
        return f"https://www.openstreetmap.org/?{marked}#map=17/{here}"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """An area with its nearby places and offices.

    Attributes:
        places: nearest first.
        exact: distances are from the visitor's position, not from the centre of the area.
    """

    area: Area
    places: list[NearbyPlace]
    units: list[Unit]
    exact: bool


@dataclass(frozen=True, slots=True)
class Origin:
    """Origin of the distances in a list: a point with its name; without one, perhaps an error text.

    Attributes:
        exact: the visitor's position, which the device sent.
    """

    point: Point | None = None
    name: str = ""
    problem: str = ""
    exact: bool = False

    @property
    def typed(self) -> str:
        """Text for the input field."""
        return "" if self.exact else self.name

    @property
    def errors(self) -> list[tuple[str, str]]:
        """Errors of the page, by the id of their field."""
        return [("near", self.problem)] if self.problem else []


def origin_of(request: HttpRequest) -> Origin:
    """Return the device's position (POST, so that no log has it), else what was typed, else the visitor's area."""
    if request.method == "POST":
        point = geocoding.parse_point(request.POST)
        if point is None or queries.locate(*point) is None:
            return Origin(problem=geocoding.outside_city_text())
        return Origin(point, _("where you are"), exact=True)
    if typed := request.GET.get("near", "")[:80].strip():
        point, problem = geocoding.geocode(typed)
        return Origin(point, typed, problem)
    area = area_of(request)
    return Origin((area.latitude, area.longitude), area.name) if area else Origin()


def surroundings_of(area: Area, point: Point | None, places: int) -> Surroundings:
    latitude, longitude = point or (area.latitude, area.longitude)
    nearest = [NearbyPlace(*each) for each in queries.nearest_places("", latitude, longitude, places)]
    return Surroundings(area, nearest, queries.units_around(area), point is not None)


def area_of(request: HttpRequest) -> Area | None:
    """Return the area chosen in this browser, else that of the visitor's profile."""
    if code := request.COOKIES.get(COOKIE, ""):
        chosen = queries.area(code[:20])
        if chosen and chosen.level == pack.current().lowest_level:
            return chosen
    if not isinstance(request.user, User):
        return None
    own = Resident.objects.select_related("area__parent__parent").filter(user=request.user).first()
    return own.area if own else None


def home_section(request: HttpRequest) -> SafeString:
    """Render the home page section: nearest places, or a prompt to choose an area."""
    area = area_of(request)
    near = surroundings_of(area, None, ON_HOME) if area else None
    return render_to_string("people/home_near.html", {"near": near}, request)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def nearby_page(request: HttpRequest) -> HttpResponse:
    """List nearby places and offices; POST chooses an area or uses the device's position."""
    if request.method != "POST":
        area = area_of(request)
        return _page(request, surroundings_of(area, None, ON_PAGE) if area else None)
    point = geocoding.parse_point(request.POST)
    area = queries.locate(*point) if point else queries.area(request.POST.get("area", "")[:20])
    if area is None or area.level != pack.current().lowest_level:
        return _page(
            request,
            None,
            geocoding.outside_city_text() if point else _("Choose the area in which you live or are now."),
        )
    response = _page(request, surroundings_of(area, point, ON_PAGE)) if point else redirect("people:near")
    remember_area(request, response, area)
    return response


def remember_area(request: HttpRequest, response: HttpResponse, area: Area) -> None:
    """Remember the chosen area in this browser."""
    secure = request.is_secure()
    response.set_cookie(COOKIE, area.code, max_age=COOKIE_AGE, samesite="Lax", httponly=True, secure=secure)


def _page(request: HttpRequest, surroundings: Surroundings | None, problem: str = "") -> HttpResponse:
    city = pack.current()
    context = {
        "near": surroundings,
        "problem": problem,
        "errors": [("area", problem)] if problem else [],
        "level": city.level_name(city.lowest_level),
        "areas": queries.lowest_level_areas(),
    }
    return render(request, "people/near.html", context, status=422 if problem else 200)
