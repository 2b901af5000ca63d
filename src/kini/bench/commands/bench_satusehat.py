"""`./kini bench satusehat`: doses a second to the sandbox, with faults and kills; each arrives exactly once."""

import argparse
import os
from contextlib import ExitStack
from pathlib import Path

from kini.core import command_line
from kini.core.command_line import Needs, Verb
from kini.core.process_supervisor import kini_command, spawn_command
from kini.robot.scratch import scratch_city


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--doses", type=int, default=100_000, help="number of doses (100000)")
    parser.add_argument("--workers", type=int, default=2, help="number of sending processes (2)")
    parser.add_argument("--kills", type=int, default=10, help="how often a sending process is killed (10)")
    parser.add_argument("--city", type=Path, help="folder of a city pack (cities/jakarta)")


def run(options: argparse.Namespace) -> int:
    if min(options.doses, options.workers) < 1:
        raise command_line.CommandError("--doses and --workers must be 1 or more.")
    with ExitStack() as stack:
        scratch = stack.enter_context(scratch_city(options.city, durable=True, env={"KINI_LOG_LEVEL": "critical"}))
        os.environ.update(scratch.env)
        configuration = scratch.var / "satusehat" / "satusehat.toml"
        with command_line.step("Sandbox"):
            words = ["sandbox", "satusehat", "--port", "0", "--var", str(scratch.var)]
            scratch.supervisor.start("sandbox", spawn_command(kini_command(*words), scratch.env))
            scratch.supervisor.wait_until(configuration.is_file, seconds=60)
        scratch.env["KINI_SATUSEHAT"] = os.environ["KINI_SATUSEHAT"] = str(configuration)
        bench = Verb("kini.bench.satusehat", "", Needs.CITY).load(stack)
        findings: list[str] = bench.run(scratch, configuration, options.doses, options.workers, options.kills)
    for finding in findings:
        print(f"FOUND: {finding}")
    print(f"{len(findings)} findings." if findings else "Every dose arrived exactly once.", flush=True)
    return 1 if findings else 0
