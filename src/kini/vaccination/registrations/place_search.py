"""Places for a registration: where and when to look for them, and sites where somebody can wait for a dose today."""

from dataclasses import dataclass
from datetime import timedelta

from kini.city import queries as city_queries
from kini.core.geometry import Point, distance_m
from kini.people.public import details_of
from kini.vaccination.campaigns.eligibility import Eligibility
from kini.vaccination.registrations import queries
from kini.vaccination.registrations.doses_together import Group
from kini.vaccination.registrations.models import Registration
from kini.vaccination.sites import appointments, standby
from kini.vaccination.sites.appointments import SiteOffer
from kini.vaccination.sites.models import Site
from kini.vaccination.sites.site_points import site_point
from kini.web.formats import today

#: Days ahead in which places are offered.
DAYS_AHEAD = 30
#: Sites of the waiting list of today that are shown.
NEAREST = 6


def wish_of(registration: Registration, eligibility: Eligibility, group: Group | None = None) -> appointments.Wish:
    """Return the places that a registration may take: of the rules' days and vaccines, and the one kept for it.

    Args:
        group: of several doses that are taken together: the vaccine of each may be that of the place.
    """
    first = max(group.first_day if group else eligibility.earliest or today(), today())
    vaccines = group.vaccines if group else [option.vaccine for option in eligibility.options]
    kept = queries.kept_dose_of(registration)
    return appointments.Wish(
        registration.campaign,
        vaccines,
        first,
        first + timedelta(days=DAYS_AHEAD),
        queries.groups_of(registration),
        (kept.site_id, kept.vaccine) if kept and kept.kept else ("", ""),
    )


def home_of(registration: Registration) -> Point | None:
    """Return the centre of the area where the person lives; None: elsewhere, or not known."""
    code = details_of(registration.person).area
    area = city_queries.area(code) if code else None
    return (area.latitude, area.longitude) if area else None


def waiting_sites(registration: Registration, eligibility: Eligibility) -> list[Site]:
    """Return the sites where somebody who may be vaccinated today can wait for a dose, the nearest first."""
    if not eligibility.may or eligibility.number != registration.number:
        return []
    home = home_of(registration)
    sites = standby.sites_of_today(registration.campaign, [each.vaccine for each in eligibility.options])
    return sorted(sites, key=lambda each: (distance_m(home, site_point(each)) if home else 0, each.name))[:NEAREST]


@dataclass(frozen=True, slots=True)
class Offer:
    """A site with free times, and doses of the appointment that it does not have."""

    at: SiteOffer
    missing: list[Registration]


def offers_of(group: Group, eligibility: Eligibility) -> list[Offer]:
    """Return the sites with free times for some doses of an appointment; those that have all of them first."""
    lead = group.members[0]
    sites = appointments.sites_with(wish_of(lead, eligibility, group), near=home_of(lead))
    if len(group.members) == 1:
        return [Offer(each, []) for each in sites]
    here = group.at_sites([each.site.pk for each in sites])
    offers = [Offer(each, [row for row in group.members if row not in here[each.site.pk]]) for each in sites]
    return sorted(offers, key=lambda each: len(each.missing))
