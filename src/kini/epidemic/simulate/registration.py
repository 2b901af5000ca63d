"""Registration of the made-up wave with the registries of the house."""

from datetime import timedelta

from django.conf import settings

from kini.core import preparation
from kini.core.actors import Actor
from kini.epidemic.diseases.disease_files import diseases
from kini.epidemic.simulate.actions import create_wave
from kini.epidemic.simulate.queries import has_wave
from kini.epidemic.simulate.wave_records import smallest_areas
from kini.epidemic.spread.actions import publish_figures
from kini.epidemic.surveillance import case_changes
from kini.web.formats import today

#: Cases of a demo's first look.
CASES = 2_000


def first_look(by: Actor) -> None:
    """Give a demo with cases a small wave, once."""
    disease = next((name for name, each in diseases().items() if each.spread == "person" and each.tests), None)
    if settings.ENV.demo_cases and disease and smallest_areas() and not has_wave():
        create_wave(by=by, disease=disease, cases=CASES)
        case_changes.refresh(today())
        publish_figures(by=by, disease=disease, until=today() - timedelta(days=1), everything=True)


def register() -> None:
    """Register the step of `./kini prepare`."""
    preparation.demo_steps.register("epidemic wave", first_look)
