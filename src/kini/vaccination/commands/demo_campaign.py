"""`./kini demo vaccination`: fill a demo with made-up doses, stock and sessions, in place of the doses that it has."""

import argparse

from django.conf import settings

from kini.core import command_line
from kini.core.actors import ActionRefused, system
from kini.vaccination.simulate.actions import SEED, remove_doses
from kini.vaccination.simulate.first_look import DOSES, fill
from kini.vaccination.simulate.queries import has_campaign


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--doses", type=int, default=DOSES, help=f"number of doses ({DOSES:,})")
    parser.add_argument("--seed", type=int, default=SEED, help=f"seed of the random numbers ({SEED})")
    parser.add_argument("--remove", action="store_true", help="remove the doses, and write no others")


def run(options: argparse.Namespace) -> int:
    if settings.ENV.production:
        raise command_line.CommandError("made-up doses are only for demos.")
    if options.doses < 1:
        raise command_line.CommandError("--doses must be 1 or more.")
    by = system("demo vaccination")
    try:
        if has_campaign():
            with command_line.step("Removing the doses"):
                remove_doses(by=by)
        if not options.remove:
            with command_line.step(f"Campaign of {options.doses:,} doses"):
                counts = fill(by, doses=options.doses, seed=options.seed)
            print("  " + ", ".join(f"{count:,} {name}" for name, count in counts.items()))
    except (ActionRefused, LookupError) as refusal:
        raise command_line.CommandError(str(refusal)) from None
    return 0
