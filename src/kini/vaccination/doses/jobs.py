"""Scheduled work: count doses into the figures of their diseases."""

from datetime import timedelta

from kini.core.actors import system
from kini.core.jobs import periodic
from kini.vaccination.campaigns.campaign_files import campaigns
from kini.vaccination.doses.coverage import publish_coverage
from kini.web.formats import today

BY = system("vaccination coverage")


@periodic("24 * * * *", name="vaccination.publish_coverage")
def publish_all() -> None:
    """Count whole weeks of all campaigns against a disease; the disease's pages publish them afterwards."""
    for name in campaigns():
        publish_coverage(by=BY, campaign=name, until=today() - timedelta(days=1))
