"""URL of the queue: view and filters in the query string, passed on to case pages as the way back."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from kini.cases.queries import QueueFilters, View
from kini.city.models import Area
from kini.web.public_states import STATES

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
MAX_QUERY_TEXT = 120
CONTROL = re.compile(r"[\x00-\x1f\x7f]")
#: Query parameter of case pages that holds the queue's query string.
BACK_PARAM = "in"


def clean_query_text(text: str) -> str:
    """Remove control characters from a query parameter and limit its length."""
    return CONTROL.sub("", text)[:MAX_QUERY_TEXT].strip()


@dataclass(frozen=True, slots=True)
class QueueAddress:
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

    def filters(self, paths: Mapping[str, str], after: str = "") -> QueueFilters:
        """Convert to database filters.

        Args:
            paths: of the area, by its code; without its path nothing is found.
        """
        path = paths.get(self.area, self.area)
        return QueueFilters(VIEWS[self.view][0], self.service, self.state, path, self.q, after)


def parse_query(query: Mapping[str, str]) -> QueueAddress:
    """Parse a query string mapping; unknown views and states are ignored."""
    values = {name: clean_query_text(query.get(name, "")) for name in QueueAddress.__slots__}
    values["view"] = values["view"] if values["view"] in VIEWS else "due"
    values["state"] = values["state"] if values["state"] in STATES else ""
    return QueueAddress(**values)


def parse_query_string(query: str) -> QueueAddress:
    """Parse a query string."""
    return parse_query(QueryDict(query[:2000]))


def queue_url(address: QueueAddress, after: str = "") -> str:
    """URL of a queue, from the start or after a cursor."""
    query = address.query if address != QueueAddress() else ""
    more = urlencode({"after": after}) if after else ""
    joined = "&".join(filter(None, (query, more)))
    return f"{reverse('cases:desk')}?{joined}" if joined else reverse("cases:desk")


def area_paths(codes: Iterable[str]) -> dict[str, str]:
    """Paths of areas by code. One query, none without codes."""
    present = set(filter(None, codes))
    return dict(Area.objects.filter(code__in=present).values_list("code", "path")) if present else {}


def back_query(request: HttpRequest) -> str:
    """Query string that carries the way back to the queue: "?in=..." or "".

    Case pages pass on the one they received.
    """
    came = request.GET.get(BACK_PARAM, "")
    return back_query_of(parse_query_string(came)) if came else ""


def back_query_of(address: QueueAddress) -> str:
    return f"?{urlencode({BACK_PARAM: address.query})}"


def origin_queue(request: HttpRequest) -> QueueAddress:
    """Queue from which the case was opened; the default queue otherwise."""
    return parse_query_string(request.GET.get(BACK_PARAM, ""))
