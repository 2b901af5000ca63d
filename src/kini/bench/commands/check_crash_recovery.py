"""`./kini check faults`: kill worker, web server and database during many submissions."""

import argparse
from contextlib import ExitStack
from pathlib import Path

from kini.bench import production_city
from kini.bench.mailserver import mail_server
from kini.core import command_line
from kini.core.command_line import Needs, Verb
from kini.core.process_supervisor import kini_command, spawn_command
from kini.core.web_server import web_command
from kini.robot.scratch import free_port


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--submissions", type=int, default=2000, help="number of applications (2000)")
    parser.add_argument("--clients", type=int, default=50, help="number of clients that send them (50)")
    parser.add_argument("--kills", type=int, default=3, help="number of kills of each process (3)")
    parser.add_argument("--city", type=Path, help="folder of a city pack (cities/jakarta)")


def run(options: argparse.Namespace) -> int:
    if options.submissions < options.clients or min(options.clients, options.kills) < 1:
        raise command_line.CommandError(
            "--clients and --kills must be 1 or more, --submissions at least as many as --clients."
        )
    with ExitStack() as stack:
        return checked(options, stack)


def checked(options: argparse.Namespace, stack: ExitStack) -> int:
    """Start a city as in production, kill its processes, and print the findings."""
    mail = stack.enter_context(mail_server())
    city_env = {"KINI_LOG_LEVEL": "error", "KINI_MAIL": mail.url, "KINI_MAIL_FROM": "kini@faults.example"}
    scratch = stack.enter_context(production_city.production_city(options.city, city_env))
    with command_line.step("Web server and worker"):
        log = stack.enter_context((scratch.var / "log").open("ab"))
        port = free_port()
        address = scratch.start("web", web_command("127.0.0.1", port), port, log, again=True)
        scratch.supervisor.watch("database", scratch.database.alive, scratch.database.revive)
        scratch.supervisor.start("worker", spawn_command(kini_command("worker"), scratch.env, log), again=True)
    faults = Verb("kini.bench.crash_recovery", "", Needs.CITY).load(stack)
    size = faults.CheckSize(options.submissions, options.clients, options.kills)
    findings: list[str] = faults.run(scratch, address, mail, size)
    for finding in findings:
        print(f"FOUND: {finding}")
    print(f"{len(findings)} findings." if findings else "Nothing was lost or done twice.", flush=True)
    return 1 if findings else 0
