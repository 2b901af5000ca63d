"""Reads of the made-up campaign."""

from kini.vaccination.doses.models import Dose

#: Source of made-up doses, and of their persons.
SOURCE, PERSON_SOURCE = "demo", "vaccination.demo"


def has_campaign() -> bool:
    """Tell if made-up doses are stored."""
    return Dose.objects.filter(source=SOURCE).exists()
