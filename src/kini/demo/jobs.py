"""Jobs of the demo: the worker opens stray reports and plays the cases of a year, while the city answers already."""

from datetime import datetime

from django.conf import settings
from django.db import transaction

from kini.core import current_time, jobs
from kini.demo.queries import ALL, COPIES, FILL_JOB, PLAYED, STRAYS_JOB


@jobs.job(STRAYS_JOB, queue="demo")
def create_strays() -> None:
    """Open the reports that no usual rule decides; after the start, when the neighbouring city's server runs."""
    from kini.demo import strays  # noqa: PLC0415 -- drawings and kinds of cases only in the worker of a demo

    if settings.ENV.demo_cases:
        with transaction.atomic():  # a second run would open them again
            strays.create_strays()


@jobs.job(FILL_JOB, queue="demo", priority=1)  # people look at it; other jobs of a first look take minutes
def fill_year(done: int, until: str) -> None:
    """Play or copy the next cases, and order those after them; at the end remove what would be gone by now.

    Args:
        done: number of cases so far; it tells the page and this job how far the year is.
    """
    from kini.demo import year  # noqa: PLC0415 -- drawings and kinds of cases only in the worker of a demo

    if not settings.ENV.demo_year:
        return
    moment, played = datetime.fromisoformat(until), PLAYED // year.SHARES
    if done < PLAYED:
        year.play_share(done // played, moment)
        jobs.enqueue(FILL_JOB, done=done + played, until=until)
    elif done < PLAYED + COPIES:
        if done == PLAYED:
            year.release_reports()
        with transaction.atomic():  # a second run would find the references taken
            year.copy_share(done - PLAYED, moment)
            jobs.enqueue(FILL_JOB, done=done + year.AT_A_TIME, until=until)
    elif done < ALL:
        with transaction.atomic():
            year.copy_reports_share(done - PLAYED - COPIES, moment)
            jobs.enqueue(FILL_JOB, done=done + year.AT_A_TIME, until=until)
    else:
        year.finish()


def order_strays() -> None:
    """Order the stray reports."""
    jobs.enqueue(STRAYS_JOB)


def begin_year() -> None:
    """Order the first cases."""
    jobs.enqueue(FILL_JOB, done=0, until=current_time.now().isoformat())
