"""`./kini demo epidemic`: fill a demo with a made-up wave of cases, in place of the one that it has."""

import argparse
from datetime import timedelta

from django.conf import settings

from kini.core import command_line
from kini.core.actors import ActionRefused, system
from kini.core.database import database_roles
from kini.epidemic.diseases.disease_files import diseases
from kini.epidemic.simulate.actions import SEED, create_wave, remove_wave
from kini.epidemic.simulate.queries import has_wave
from kini.epidemic.spread.actions import publish_figures, withdraw_made_up_figures
from kini.epidemic.surveillance import case_changes
from kini.web.formats import today

CASES = 60_000


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--cases", type=int, default=CASES, help=f"number of reported cases ({CASES})")
    parser.add_argument("--disease", help="id of the pack's disease (default: the first one that persons pass on)")
    parser.add_argument("--seed", type=int, default=SEED, help=f"seed of the random numbers ({SEED})")
    parser.add_argument("--remove", action="store_true", help="remove the wave, and write no other one")


def run(options: argparse.Namespace) -> int:
    if settings.ENV.production:
        raise command_line.CommandError("made-up cases are only for demos.")
    if options.cases < 1:
        raise command_line.CommandError("--cases must be 1 or more.")
    by = system("demo epidemic")
    disease = options.disease or next((name for name, each in diseases().items() if each.spread == "person"), "")
    try:
        if has_wave():
            # The program's role may not delete what is only added to, such as daily checks.
            with command_line.step("Removing the wave"), database_roles.as_owner():
                remove_wave(by=by)
        if not options.remove:
            with command_line.step(f"Wave of {options.cases:,} cases"):
                counts = create_wave(by=by, disease=disease, cases=options.cases, seed=options.seed)
            print("  " + ", ".join(f"{count:,} {name}" for name, count in counts.items()))
    except (ActionRefused, LookupError) as refusal:
        raise command_line.CommandError(str(refusal)) from None
    with command_line.step("Counting"):
        case_changes.refresh(today())
    with command_line.step("Publishing"):
        withdraw_made_up_figures(by=by)
        publish_figures(by=by, disease=disease, until=today() - timedelta(days=1), everything=True)
    return 0
