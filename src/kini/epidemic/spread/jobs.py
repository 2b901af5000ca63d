"""Scheduled work: publish the figures of all diseases after the case records were counted."""

from datetime import timedelta

from kini.core.actors import system
from kini.core.jobs import periodic
from kini.epidemic.diseases.disease_files import diseases
from kini.epidemic.spread.actions import publish_figures
from kini.web.formats import today

BY = system("epidemic figures")


@periodic("38 * * * *", name="epidemic.publish_figures")
def publish_all() -> None:
    """Publish the days until yesterday, and areas until their last whole week."""
    until = today() - timedelta(days=1)
    for disease in diseases():
        publish_figures(by=BY, disease=disease, until=until)
