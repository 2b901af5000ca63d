"""The made-up campaign of a first look: stock, sessions and doses of every site, their coverage, the day of one site.

The worker makes it while the city answers already.
"""

from datetime import timedelta

from django.conf import settings

from kini.core import preparation
from kini.core.actors import Actor, system
from kini.core.jobs import enqueue, job
from kini.epidemic.public import publish_figures
from kini.vaccination.campaigns.campaign_files import campaigns
from kini.vaccination.doses.coverage import publish_coverage, withdraw_coverage
from kini.vaccination.simulate.actions import CAMPAIGN, SEED, create_doses, stock_site
from kini.vaccination.simulate.child_doses import fill_child
from kini.vaccination.simulate.queries import example_site, has_campaign
from kini.vaccination.simulate.site_day import fill_day
from kini.vaccination.sites.models import Site
from kini.web.formats import today

DOSES = 200_000
BY = system("demo vaccination")


def fill(by: Actor, doses: int = DOSES, seed: int = SEED) -> dict[str, int]:
    """Stock the sites, open their sessions, write doses, publish their coverage, fill a day; returns numbers of rows.

    Raises:
        ActionRefused: there are made-up doses already, or the city has no sites or areas with people.
    """
    counts = {"sessions": open_sites(by)} | create_doses(by=by, doses=doses, seed=seed)
    if site := example_site():
        counts |= fill_day(by, site) | fill_child(by, site)
    withdraw_coverage(by=by, campaign=CAMPAIGN)
    yesterday = today() - timedelta(days=1)
    counts["figures"] = publish_coverage(by=by, campaign=CAMPAIGN, until=yesterday)
    if disease := campaigns()[CAMPAIGN].disease:
        publish_figures(by=by, disease=disease, until=yesterday)
    return counts


def open_sites(by: Actor) -> int:
    """Stock the sites and open their sessions; returns the number of sessions."""
    return sum(stock_site(by=by, site=site) for site in Site.objects.filter(active=True).order_by("pk"))


@job("vaccination.first_look", queue="upkeep")
def write_first_look(doses: int) -> None:
    """Write the made-up campaign of a new demo."""
    if settings.ENV.demo_cases and not has_campaign():
        fill(BY, doses=doses)


def first_look(by: Actor) -> None:
    """Have the worker give a demo with cases a campaign, once."""
    if settings.ENV.demo_cases and CAMPAIGN in campaigns() and Site.objects.exists() and not has_campaign():
        enqueue("vaccination.first_look", doses=DOSES)


def register() -> None:
    """Register the step of `./kini prepare`."""
    preparation.demo_steps.register("vaccination campaign", first_look)
