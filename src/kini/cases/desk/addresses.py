"""URL of the queue: view and filters in the query string, passed on to case pages as the way back."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from kini.cases import rules
from kini.cases.queries import Filters, View
from kini.city.models import Area

#: Views by query parameter.
VIEWS: dict[str, tuple[View, str | Promise]] = {
    "due": ("due", gettext_lazy("Due")),
    "mine": ("mine", gettext_lazy("My tasks")),
    "unassigned": ("unassigned", gettext_lazy("Without an officer")),
    "overdue": ("overdue", gettext_lazy("Late")),
    "at-risk": ("at-risk", gettext_lazy("Soon late")),
    "waiting": ("waiting", gettext_lazy("Waiting for the resident")),
    "ended": ("closed", gettext_lazy("Ended")),
    "all": ("all", gettext_lazy("All cases")),
}
LONGEST = 120
CONTROL = re.compile(r"[\x00-\x1f\x7f]")
#: Query parameter of case pages that holds the queue's query string.
TRAIL = "in"


def cleaned(text: str) -> str:
    """Remove control characters from a query parameter and limit its length."""
    return CONTROL.sub("", text)[:LONGEST].strip()


@dataclass(frozen=True, slots=True)
class Asked:
    """Parsed query string of the queue: view, service id, area code, public state, search words."""

    view: str = "due"
    service: str = ""
    area: str = ""
    state: str = ""
    q: str = ""

    @property
    def query(self) -> str:
        """Normalised query string; always includes the view."""
        return urlencode({name: getattr(self, name) for name in self.__slots__ if getattr(self, name)})

    @property
    def narrow(self) -> bool:
        """True if any filter besides the view is set."""
        return bool(self.service or self.area or self.state or self.q)

    def filters(self, paths: Mapping[str, str], after: str = "") -> Filters:
        """Convert to database filters.

        Args:
            paths: of the area, by its code; without its path nothing is found.
        """
        path = paths.get(self.area, self.area)
        return Filters(VIEWS[self.view][0], self.service, self.state, path, self.q, after)


def read(query: Mapping[str, str]) -> Asked:
    """Parse a query string mapping; unknown views and states are ignored."""
    given = {name: cleaned(query.get(name, "")) for name in Asked.__slots__}
    given["view"] = given["view"] if given["view"] in VIEWS else "due"
    given["state"] = given["state"] if given["state"] in set(rules.WORDS) else ""
    return Asked(**given)


def read_query(query: str) -> Asked:
    """Parse a query string."""
    return read(QueryDict(query[:2000]))


def address(asked: Asked, after: str = "") -> str:
    """URL of a queue, from the start or after a cursor."""
    query = asked.query if asked != Asked() else ""
    more = urlencode({"after": after}) if after else ""
    joined = "&".join(filter(None, (query, more)))
    return f"{reverse('cases:desk')}?{joined}" if joined else reverse("cases:desk")


def paths_of(codes: Iterable[str]) -> dict[str, str]:
    """Paths of areas by code. One query, none without codes."""
    wanted = set(filter(None, codes))
    return dict(Area.objects.filter(code__in=wanted).values_list("code", "path")) if wanted else {}


def trail(request: HttpRequest) -> str:
    """Query string that carries the way back to the queue: "?in=..." or "".

    Case pages pass on the one they received.
    """
    came = request.GET.get(TRAIL, "")
    return trail_of(read_query(came)) if came else ""


def trail_of(asked: Asked) -> str:
    return f"?{urlencode({TRAIL: asked.query})}"


def came_from(request: HttpRequest) -> Asked:
    """Queue from which the case was opened; the default queue otherwise."""
    return read_query(request.GET.get(TRAIL, ""))
