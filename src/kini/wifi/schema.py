"""Schema of wifi.yaml."""

from datetime import time
from typing import Annotated

from django.utils.translation import gettext as _
from pydantic import Field, model_validator

from kini.city.public import WEEKDAYS, Id, StrictModel, Week
from kini.core.dated_rules import DatedRules, SourcedRule
from kini.core.localized_text import Text
from kini.services.public import Name

#: Bounds of a plan: metres, people, currency units, weight.
WALK_RADIUS, POINT_CAPACITY, POINT_COST, EQUITY = (50, 5_000), (1, 1_000_000), (0, 10**15), (0.0, 10.0)
Money = Annotated[int, Field(ge=POINT_COST[0], le=POINT_COST[1])]


#: The end of a day, for comparing.
END = time.max


class Hours(Week):
    """Opening hours of a site; a span that ends at 00:00 ends at midnight."""

    @model_validator(mode="after")
    def _in_order(self) -> "Hours":
        for day in WEEKDAYS:
            edges = [
                edge for opens, closes in getattr(self, day) for edge in (opens, closes if closes > time(0) else END)
            ]
            if edges != sorted(set(edges)):
                raise ValueError(
                    _("%(day)s: write spans in order, none over midnight (end one at 00:00, begin one there)")
                    % {"day": day}
                )
        return self


def hours_as_json(hours: Hours | None) -> dict[str, list[str]] | None:
    """Return hours as they are stored: {"monday": ["07:00-12:00"]}."""
    if hours is None:
        return None
    days = hours.model_dump(exclude_defaults=True)
    return {day: ["-".join(f"{edge:%H:%M}" for edge in span) for span in spans] for day, spans in days.items()}


class SiteKind(StrictModel):
    """A kind of site and its opening hours; without hours it is always open."""

    name: Text
    hours: Hours | None = None
    share: Annotated[int, Field(ge=0, description="Relative share of sample points.")] = 0


class Scheme(StrictModel):
    """Funding scheme of a site."""

    name: Text
    share: Annotated[int, Field(ge=0, description="Relative share of sample points.")] = 0


class GroupEntry(StrictModel):
    """Limits of a user group; a missing value means no limit.

    Attributes:
        sheets: officers may print vouchers for it.
        devices_at_once: concurrent devices of one person or one voucher.
    """

    name: Text
    sheets: bool = False
    session_minutes: Annotated[int, Field(gt=0, le=44_640)] | None = None
    idle_minutes: Annotated[int, Field(gt=0, le=1_440)] | None = None
    down_kbps: Annotated[int, Field(gt=0, le=1_000_000)] | None = None
    up_kbps: Annotated[int, Field(gt=0, le=1_000_000)] | None = None
    daily_minutes: Annotated[int, Field(gt=0, le=1_440)] | None = None
    daily_megabytes: Annotated[int, Field(gt=0, le=1_000_000)] | None = None
    devices_at_once: Annotated[int, Field(gt=0, le=1_000)] | None = None


class SessionEntry(SourcedRule):
    """Dated rule for sessions, valid until the next entry.

    Attributes:
        silent_minutes: silence after which a session counts as ended; access points report every five minutes.
        closing_hours: hours after midnight at which a day is closed.
        keep_days: days for which a session keeps its device and its person.
    """

    silent_minutes: Annotated[int, Field(ge=10, le=1_440)] = 20
    closing_hours: Annotated[int, Field(ge=1, le=72)] = 12
    keep_days: Annotated[int, Field(ge=21, le=1_830)] = 30


class HealthEntry(SourcedRule):
    """Dated rule for the states of access points, valid until the next entry.

    Attributes:
        heard_minutes: time after the last sign of life for which it is up; access points report every five minutes.
        down_minutes: time after which it is down if it sends heartbeats; `beats_days`: days after its last heartbeat
            for which it counts as sending them.
        quiet_hours: time after which it is down if it sends none, since it may just have no visitors. For both only
            opening hours count.
        busy_percent: share of its capacity from which it is busy.
    """

    heard_minutes: Annotated[int, Field(ge=6, le=1_440)] = 15
    down_minutes: Annotated[int, Field(ge=6, le=10_080)] = 30
    beats_days: Annotated[int, Field(ge=1, le=366)] = 30
    quiet_hours: Annotated[int, Field(ge=1, le=720)] = 24
    busy_percent: Annotated[int, Field(ge=1, le=100)] = 80


class PlanEntry(SourcedRule):
    """Dated rule for choosing new points, valid until the next entry.

    Attributes:
        radius_m: walking distance to a point along streets, in metres.
        capacity: people that a new point, or an existing access point, may serve.
        cost: of a new point, in the city's currency.
        equity: extra weight of a person in an area without points.
        candidates: kinds of places, and feeds, with the kind of site that a point there would be.
        anywhere: also consider a grid without known buildings.
    """

    radius_m: Annotated[int, Field(ge=WALK_RADIUS[0], le=WALK_RADIUS[1])]
    capacity: Annotated[int, Field(ge=POINT_CAPACITY[0], le=POINT_CAPACITY[1])]
    cost: Money = 0
    equity: Annotated[float, Field(ge=EQUITY[0], le=EQUITY[1])] = 0.0
    candidates: dict[Id, Id] = {}
    anywhere: bool = False


class FaultService(StrictModel):
    """Service for reporting a fault at a site.

    Attributes:
        site, where: its questions for the site code and the place.
        known: prefilled answers on the way from a site's page, by question.
    """

    service: Id
    site: Name
    where: Name
    known: dict[Name, str] = {}


class SiteRequestService(StrictModel):
    """Service for requesting a new site; `known` as in FaultService."""

    service: Id
    known: dict[Name, str] = {}


class Link(StrictModel):
    """A link for people who have just come online."""

    name: Text
    address: Annotated[str, Field(pattern=r"^https://[a-z0-9.-]+(/[^\s\"<>]*)?$", max_length=200)]


class PortalEntry(StrictModel):
    """Configuration of the portal.

    Attributes:
        group: group of people who sign in with a phone number.
        days: days for which their devices are admitted without signing in again.
        terms: terms of use, one paragraph each.
        links: shown once the visitor is online.
    """

    group: Id
    days: Annotated[int, Field(ge=1, le=366)] = 30
    terms: Annotated[list[Text], Field(min_length=1)]
    links: list[Link] = []


class WifiFile(StrictModel):
    """Schema of wifi.yaml.

    Attributes:
        find: information service whose page links to the list of sites.
        agency: agency that monitors the network; `providers`: another agency for a provider's sites.
        made_up_name: name of a sample site; "{area}" is replaced by the area's name.
    """

    name: Text = Field(description="The city's name for its Wi-Fi.")
    kinds: Annotated[dict[Id, SiteKind], Field(min_length=1)]
    schemes: dict[Id, Scheme] = {}
    groups: dict[Id, GroupEntry] = {}
    sessions: DatedRules[SessionEntry] = []
    plans: DatedRules[PlanEntry] = []
    health: DatedRules[HealthEntry] = []
    agency: Id | None = None
    providers: dict[Annotated[str, Field(max_length=80)], Id] = {}
    portal: PortalEntry | None = None
    find: Id | None = None
    fault: FaultService | None = None
    wish: SiteRequestService | None = None
    made_up_name: Annotated[str, Field(max_length=80)] = "{area}"

    @model_validator(mode="after")
    def _plans_of_known_kinds(self) -> "WifiFile":
        unknown = sorted({kind for entry in self.plans for kind in entry.candidates.values()} - set(self.kinds))
        if unknown:
            raise ValueError(_('plans: there is no kind "%(unknown)s"; name one of kinds') % {"unknown": unknown[0]})
        return self

    @model_validator(mode="after")
    def _portal_group(self) -> "WifiFile":
        if self.portal and self.portal.group not in self.groups:
            raise ValueError(
                _('portal: there is no group "%(group)s"; name one of groups') % {"group": self.portal.group}
            )
        return self
