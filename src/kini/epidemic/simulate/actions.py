"""Write and remove the made-up wave of a demo."""

import numpy as np
import psycopg
from django.db import IntegrityError, connection

from kini.city.public import city_tables
from kini.core import audit
from kini.core.actions import action
from kini.core.actors import ActionRefused, Actor
from kini.epidemic.diseases.disease_files import disease_of
from kini.epidemic.simulate.queries import has_wave
from kini.epidemic.simulate.wave import Times, simulate_wave
from kini.epidemic.simulate.wave_figures import write_figures
from kini.epidemic.simulate.wave_records import PERSON_SOURCE, SOURCE, WaveRecords, smallest_areas
from kini.epidemic.tracing import actions as tracing_actions
from kini.web.formats import today

SEED = 2020
#: Standard deviation of the incubation, as a share of the usual one.
INCUBATION_SPREAD = 0.45


@action
def create_wave(*, by: Actor, disease: str, cases: int, seed: int = SEED) -> dict[str, int]:
    """Write a wave whose last day is today; the same arguments on the same day give the same wave.

    Returns:
        Numbers of rows by table.

    Raises:
        ActionRefused: there is a wave already, the disease is not passed on by persons, or no area has people.
        LookupError: there is no such disease.
    """
    about = disease_of(disease)
    areas = smallest_areas()
    if has_wave():
        raise ActionRefused("There is a made-up wave already; remove it first.")
    if about.spread != "person" or not about.tests or not areas:
        raise ActionRefused("A wave needs a disease that persons pass on and test for, and areas with people.")
    interval = about.serial_interval
    usual = about.incubation.usual
    times = Times((interval.mean, interval.sd), (usual, usual * INCUBATION_SPREAD))
    wave = simulate_wave([area.population or 0 for area in areas], cases, times, seed)
    rng = np.random.default_rng(seed + 1)
    records = WaveRecords(disease, about, wave, areas, today(), rng)
    counts = records.write()
    whole = city_tables().areas[areas[0].path.split("/")[0]]
    counts["figures"] = write_figures(disease, wave, areas, whole, records.first_day, rng)
    if about.tracing:
        counts |= tracing_actions.create_demo_contacts(by=by, disease=disease)
    audit.record(by=by, action="epidemic.demo-wave-created", subject=f"disease:{disease}", detail=dict(counts))
    return counts


@action
def remove_wave(*, by: Actor) -> int:
    """Remove all made-up cases with what belongs to them; returns the number of persons.

    Raises:
        ActionRefused: records of others refer to them.
    """
    tracing_actions.remove_demo_contacts(by=by)
    with connection.cursor() as cursor:
        cursor.execute("SELECT epidemic_remove_demo()")
        for statement in _REMOVE:
            cursor.execute(statement, {"source": SOURCE, "person": PERSON_SOURCE})
        removed = int(cursor.rowcount)
        try:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        except IntegrityError as error:
            cause = error.__cause__
            table = cause.diag.table_name if isinstance(cause, psycopg.Error) else None
            raise ActionRefused(f"Rows of {table} refer to the made-up cases; remove those first.") from error
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    audit.record(by=by, action="epidemic.demo-wave-removed", subject="demo:epidemic", detail={"persons": removed})
    return removed


_CASES = "(SELECT id FROM epidemic_caserecord WHERE source = %(source)s)"
_REMOVE = (
    f"DELETE FROM epidemic_labtest WHERE case_id IN {_CASES}",  # noqa: S608 -- constants
    f"DELETE FROM epidemic_hospitalstay WHERE case_id IN {_CASES}",  # noqa: S608
    f"DELETE FROM epidemic_caseexposure WHERE case_id IN {_CASES}",  # noqa: S608
    "DELETE FROM epidemic_caserecord WHERE source = %(source)s",
    "DELETE FROM epidemic_areafigure WHERE source = %(source)s",
    "DELETE FROM people_person WHERE source = %(person)s",
)
