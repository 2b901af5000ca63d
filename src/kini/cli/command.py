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
    "test": Verb("kini.cli.test_runner", "set up what the tests need and run everything"),
    "check pack": Verb("kini.cli.check_pack", "read a city pack and report every fault", Needs.SETTINGS),
    "check services": Verb("kini.cli.check_services", "play every service over HTTP, into every end"),
    "check faults": Verb(
        "kini.cli.check_crash_recovery", "kill processes in the middle of submissions; nothing may be lost"
    ),
    "check chain": Verb("kini.cli.check_chain", "find any tampering with what was recorded", Needs.DATABASE),
    "check attack": Verb("kini.cli.check_attack", "attack a scratch city: slow connections, bombs, races"),
    "check retention": Verb("kini.cli.check_retention", "find data past its term, and what is on hold", Needs.DATABASE),
    "backup": Verb("kini.cli.backup", "the whole city in one sealed file, also while it runs", Needs.DATABASE),
    "restore": Verb("kini.cli.restore", "put a city back from a backup and check it", Needs.NEW_DATABASE),
    "bench services": Verb("kini.cli.bench_services", "measure a large city beside two yardsticks"),
    "bench booking": Verb("kini.cli.bench_booking", "measure bookings a second, also of one slot that all want"),
    "bench feeds": Verb("kini.cli.bench_feeds", "measure a whole timetable loaded, and departures asked for"),
    "bench wifi": Verb("kini.cli.bench_wifi", "measure RADIUS, accounting and the portal beside stock FreeRADIUS"),
    "services": Verb("kini.cli.services_schema", "what a service file may say, as JSON Schema", Needs.SETTINGS),
    "city boundaries": Verb("kini.cli.city_boundaries", "load official borders, keyed by area code", Needs.DATABASE),
    "bills load": Verb("kini.cli.bills_load", "load the bills of one register from a CSV file", Needs.DATABASE),
    "feeds load": Verb("kini.cli.feeds_load", "load a file of one feed", Needs.DATABASE),
    "feeds status": Verb("kini.cli.feeds_status", "which sources are fresh, late or broken", Needs.DATABASE),
    "wifi import": Verb("kini.cli.wifi_import", "load a list of Wi-Fi points (CSV, GeoJSON)", Needs.DATABASE),
    "wifi generate": Verb("kini.cli.wifi_generate", "lay made-up Wi-Fi points over the city", Needs.DATABASE),
    "wifi plan": Verb("kini.cli.wifi_plan", "choose where new Wi-Fi points serve the most people", Needs.DATABASE),
    "wifi vouchers": Verb("kini.cli.wifi_vouchers", "make or withdraw codes that let people in", Needs.DATABASE),
    "wifi device": Verb("kini.cli.wifi_device", "let a device in without signing in, or block it", Needs.DATABASE),
    "wifi radius": Verb("kini.cli.wifi_radius", "write, check and run the configuration of FreeRADIUS", Needs.DATABASE),
    "wifi collect": Verb("kini.cli.wifi_collect", "bring FreeRADIUS's accounting into the database", Needs.DATABASE),
    "wifi simulate": Verb("kini.cli.wifi_simulate", "make up a month of Wi-Fi use, at any size", Needs.DATABASE),
    "wifi served": Verb("kini.cli.wifi_served", "whom the network served on closed days", Needs.DATABASE),
    "payments reconcile": Verb(
        "kini.cli.payments_reconcile", "compare a provider's settlement file with ours", Needs.DATABASE
    ),
    "sandbox": Verb("kini.cli.sandbox", "outside systems to try with, on loopback (part of up)", Needs.SETTINGS),
    "programs": Verb("kini.cli.oauth_clients", "programs that may act for people: list, add, remove", Needs.DATABASE),
    "operator": Verb("kini.cli.operators", "who may open the operator's pages: list, add, remove", Needs.DATABASE),
    "prepare": Verb("kini.cli.prepare", "migrate the database and load the pack (part of up)", Needs.CITY),
    "worker": Verb("kini.cli.worker", "run background work (part of up)", Needs.CITY),
    "rotate-keys": Verb("kini.cli.rotate_keys", "encrypt and hash again what an older key did", Needs.DATABASE),
    "shots": Verb("kini.cli.screenshots", "take pictures of the main pages, of a city with demo people"),
    "lock": Verb("kini.cli.lock", "write the lock files anew from pyproject.toml"),
    "texts": Verb("kini.cli.texts", "collect and compile the texts of the interface", Needs.SETTINGS),
    "release": Verb("kini.cli.release", "the signed archive of a release, with its list of parts (SBOM)"),
}


def match_verb(words: list[str]) -> str | None:
    """Return the verb that the first one or two words name."""
    return next((verb for verb in VERBS if words[: verb.count(" ") + 1] == verb.split()), None)


def main(words: list[str]) -> int:
    verb = match_verb(words)
    if verb is None:
        return overview(words)
    parser = argparse.ArgumentParser(prog=f"./kini {verb}", description=VERBS[verb].about)
    try:
        with ExitStack() as stack:
            module = VERBS[verb].load(stack)
            module.arguments(parser)
            return int(module.run(parser.parse_args(words[verb.count(" ") + 1 :])))
    except (console.CommandError, InvalidEnvironment, DatabaseServerError, ProcessError) as fault:
        print(f"kini: {fault}", file=sys.stderr)
        return console.USAGE
    except KeyboardInterrupt:
        return 130


def overview(words: list[str]) -> int:
    """List the verbs; returns an error code after an unknown one."""
    asked = words[:1] in ([], ["help"], ["-h"], ["--help"])
    out = sys.stdout if asked else sys.stderr
    if not asked:
        print(f'kini: there is no verb "{" ".join(words[:2])}".\n', file=out)
    print("Kini: a city's services in one place.\n", file=out)
    for name, verb in VERBS.items():
        print(f"  ./kini {name:<16} {verb.about}", file=out)
    return 0 if asked else console.USAGE
