"""Reads of the made-up campaign."""

from kini.vaccination.doses.models import Dose
from kini.vaccination.sites.models import Site

#: Source of made-up doses, and of their persons.
SOURCE, PERSON_SOURCE = "demo", "vaccination.demo"


def has_campaign() -> bool:
    """Tell if made-up doses are stored."""
    return Dose.objects.filter(source=SOURCE).exists()


def example_site() -> Site | None:
    """Return the site where the officers of a demo work; None without a fixed site."""
    fixed = Site.objects.filter(active=True, kind="fixed").select_related("facility__agency", "agency", "area")
    return fixed.order_by("pk").first()
