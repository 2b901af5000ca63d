"""`./kini VERB`: table of verbs; imports only the requested one and prints errors as one sentence."""

import argparse
import sys
from contextlib import ExitStack

from kini.cli import console
from kini.cli.verbs import Needs, Verb
from kini.core.database.embedded import DatabaseServerError
from kini.core.environment import InvalidEnvironment
from kini.core.process_supervisor import ProcessError

VERBS = {
    "up": Verb("kini.cli.up", "start the whole city on this machine"),
    "test": Verb("kini.cli.test_runner", "install what the tests need and run them"),
    "check pack": Verb("kini.cli.check_pack", "check a city pack and report every error", Needs.SETTINGS),
    "check services": Verb("kini.cli.check_services", "play every service over HTTP, to every outcome"),
    "check faults": Verb("kini.cli.check_crash_recovery", "kill processes during submissions; nothing may be lost"),
    "check chain": Verb("kini.cli.check_chain", "find tampering with records", Needs.DATABASE),
    "check attack": Verb("kini.cli.check_attack", "attack a scratch city: slow connections, bombs, races"),
    "check retention": Verb("kini.cli.check_retention", "report data past its term, and data on hold", Needs.DATABASE),
    "backup": Verb("kini.cli.backup", "write the whole city to one encrypted file", Needs.DATABASE),
    "restore": Verb("kini.cli.restore", "restore a city from a backup and check it", Needs.NEW_DATABASE),
    "bench services": Verb("kini.cli.bench_services", "measure a large city, with two baselines"),
    "bench booking": Verb("kini.cli.bench_booking", "measure bookings a second, also for one contended slot"),
    "bench feeds": Verb("kini.cli.bench_feeds", "measure loading a timetable, and queries for departures"),
    "bench wifi": Verb("kini.cli.bench_wifi", "measure RADIUS, accounting and portal; baseline: stock FreeRADIUS"),
    "services": Verb("kini.cli.services_schema", "print the JSON Schema of service files", Needs.SETTINGS),
    "city boundaries": Verb("kini.cli.city_boundaries", "load official borders, keyed by area code", Needs.DATABASE),
    "bills load": Verb("kini.cli.bills_load", "load the bills of one register from a table", Needs.DATABASE),
    "imports": Verb("kini.cli.imports", "list imports of tables, and undo one", Needs.DATABASE),
    "feeds load": Verb("kini.cli.feeds_load", "load a file of one feed", Needs.DATABASE),
    "feeds status": Verb("kini.cli.feeds_status", "show which sources are fresh, late or broken", Needs.DATABASE),
    "wifi import": Verb("kini.cli.wifi_import", "import Wi-Fi sites and access points (CSV, GeoJSON)", Needs.DATABASE),
    "wifi generate": Verb("kini.cli.wifi_generate", "generate Wi-Fi sites over the city", Needs.DATABASE),
    "wifi plan": Verb("kini.cli.wifi_plan", "choose places where new access points serve most people", Needs.DATABASE),
    "wifi vouchers": Verb("kini.cli.wifi_vouchers", "create or withdraw voucher codes", Needs.DATABASE),
    "wifi device": Verb("kini.cli.wifi_device", "admit a device without sign-in, or block it", Needs.DATABASE),
    "wifi radius": Verb("kini.cli.wifi_radius", "write, check and run the configuration of FreeRADIUS", Needs.DATABASE),
    "wifi collect": Verb("kini.cli.wifi_collect", "load FreeRADIUS's accounting into the database", Needs.DATABASE),
    "wifi simulate": Verb("kini.cli.wifi_simulate", "generate a month of Wi-Fi use, of any size", Needs.DATABASE),
    "wifi served": Verb("kini.cli.wifi_served", "show the network's usage on closed days", Needs.DATABASE),
    "payments reconcile": Verb(
        "kini.cli.payments_reconcile", "compare a provider's settlement file with ours", Needs.DATABASE
    ),
    "sandbox": Verb("kini.cli.sandbox", "sandboxes of outside systems, on loopback (part of up)", Needs.SETTINGS),
    "programs": Verb("kini.cli.oauth_clients", "list, add and remove programs that act for people", Needs.DATABASE),
    "operator": Verb("kini.cli.operators", "list, add and remove operators", Needs.DATABASE),
    "prepare": Verb("kini.cli.prepare", "migrate the database and load the pack (part of up)", Needs.CITY),
    "worker": Verb("kini.cli.worker", "run background work (part of up)", Needs.CITY),
    "rotate-keys": Verb("kini.cli.rotate_keys", "encrypt and hash data of older keys again", Needs.DATABASE),
    "shots": Verb("kini.cli.screenshots", "take screenshots of the main pages of a demo city"),
    "lock": Verb("kini.cli.lock", "write the lock files from pyproject.toml"),
    "texts": Verb("kini.cli.texts", "collect and compile the texts of the interface", Needs.SETTINGS),
    "release": Verb("kini.cli.release", "build a signed release archive with its SBOM"),
}


def match_verb(arguments: list[str]) -> str | None:
    """Return the verb that the first one or two words name."""
    return next((verb for verb in VERBS if arguments[: verb.count(" ") + 1] == verb.split()), None)


def main(arguments: list[str]) -> int:
    verb = match_verb(arguments)
    if verb is None:
        return overview(arguments)
    parser = argparse.ArgumentParser(prog=f"./kini {verb}", description=VERBS[verb].about)
    try:
        with ExitStack() as stack:
            module = VERBS[verb].load(stack)
            module.arguments(parser)
            return int(module.run(parser.parse_args(arguments[verb.count(" ") + 1 :])))
    except (console.CommandError, InvalidEnvironment, DatabaseServerError, ProcessError) as fault:
        print(f"kini: {fault}", file=sys.stderr)
        return console.USAGE
    except KeyboardInterrupt:
        return 130


def overview(arguments: list[str]) -> int:
    """List the verbs; returns an error code after an unknown one."""
    requested = arguments[:1] in ([], ["help"], ["-h"], ["--help"])
    out = sys.stdout if requested else sys.stderr
    if not requested:
        print(f'kini: unknown verb "{" ".join(arguments[:2])}".\n', file=out)
    print("Kini: a city's services in one place.\n", file=out)
    for name, verb in VERBS.items():
        print(f"  ./kini {name:<16} {verb.about}", file=out)
    return 0 if requested else console.USAGE
