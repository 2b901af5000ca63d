"""The queue's address: which view and filters stand in it, and how they go along to the cases opened from there."""

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

#: Views by what the address calls them.
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
#: How the address of a case says from which queue it was opened.
TRAIL = "in"


def cleaned(text: str) -> str:
    """What stood in an address, without what no database takes."""
    return CONTROL.sub("", text)[:LONGEST].strip()


@dataclass(frozen=True, slots=True)
class Asked:
    """What stands in a queue's address: a view, a service's id, an area's code, a public state and words."""

    view: str = "due"
    service: str = ""
    area: str = ""
    state: str = ""
    q: str = ""

    @property
    def query(self) -> str:
        """The same as a query string, always written alike; the view stands in it in any case."""
        return urlencode({name: getattr(self, name) for name in self.__slots__ if getattr(self, name)})

    @property
    def narrow(self) -> bool:
        """Whether it shows less than its view."""
        return bool(self.service or self.area or self.state or self.q)

    def filters(self, paths: Mapping[str, str], after: str = "") -> Filters:
        """What the database is asked.

        Args:
            paths: of the area, by its code; without its path nothing is found.
        """
        path = paths.get(self.area, self.area)
        return Filters(VIEWS[self.view][0], self.service, self.state, path, self.q, after)


def read(query: Mapping[str, str]) -> Asked:
    """What an address asks for; a view or state that does not exist narrows nothing."""
    given = {name: cleaned(query.get(name, "")) for name in Asked.__slots__}
    given["view"] = given["view"] if given["view"] in VIEWS else "due"
    given["state"] = given["state"] if given["state"] in set(rules.WORDS) else ""
    return Asked(**given)


def read_query(query: str) -> Asked:
    """What a query string asks for."""
    return read(QueryDict(query[:2000]))


def address(asked: Asked, after: str = "") -> str:
    """The address of a queue, from the beginning or behind a cursor."""
    query = asked.query if asked != Asked() else ""
    more = urlencode({"after": after}) if after else ""
    joined = "&".join(filter(None, (query, more)))
    return f"{reverse('cases:desk')}?{joined}" if joined else reverse("cases:desk")


def paths_of(codes: Iterable[str]) -> dict[str, str]:
    """Paths of areas by their codes. One query, none without codes."""
    wanted = set(filter(None, codes))
    return dict(Area.objects.filter(code__in=wanted).values_list("code", "path")) if wanted else {}


def trail(request: HttpRequest) -> str:
    """What keeps the way back on the address of a case: "?in=..." when it was opened from a queue, else "".

    The queue's own pages give theirs; the pages of a case hand on what they were given.
    """
    came = request.GET.get(TRAIL, "")
    return trail_of(read_query(came)) if came else ""


def trail_of(asked: Asked) -> str:
    return f"?{urlencode({TRAIL: asked.query})}"


def came_from(request: HttpRequest) -> Asked:
    """The queue from which a case was opened; what is due, when it was opened from elsewhere."""
    return read_query(request.GET.get(TRAIL, ""))
