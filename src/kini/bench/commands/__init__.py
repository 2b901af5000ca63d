"""Verbs of benchmarks and attacks."""

from kini.core.command_line import Needs, Verb

VERBS = {
    "check faults": Verb(
        "kini.bench.commands.check_crash_recovery", "kill processes during submissions; nothing may be lost"
    ),
    "check attack": Verb("kini.bench.commands.check_attack", "attack a scratch city: slow connections, bombs, races"),
    "bench services": Verb("kini.bench.commands.bench_services", "measure a large city, with two baselines"),
    "bench booking": Verb(
        "kini.bench.commands.bench_booking", "measure bookings a second, also for one contended slot"
    ),
    "bench epidemic": Verb(
        "kini.bench.commands.bench_epidemic", "measure indicators, alerts and public pages of an epidemic"
    ),
    "bench certificates": Verb(
        "kini.bench.commands.bench_certificates", "measure issuing and verifying health certificates", Needs.SETTINGS
    ),
    "bench checkin": Verb("kini.bench.commands.bench_checkin", "measure entry passes, gates and warnings of venues"),
    "bench vaccination": Verb(
        "kini.bench.commands.bench_vaccination", "measure registrations for vaccination, and a rush with killed workers"
    ),
    "bench satusehat": Verb(
        "kini.bench.commands.bench_satusehat", "send many doses to the sandbox of SATUSEHAT, with faults and kills"
    ),
    "bench reports": Verb(
        "kini.bench.commands.bench_reports", "measure filing, near ones, map and queues with a million reports"
    ),
    "bench feeds": Verb("kini.bench.commands.bench_feeds", "measure loading a timetable, and queries for departures"),
    "bench wifi": Verb(
        "kini.bench.commands.bench_wifi", "measure RADIUS, accounting and portal; baseline: stock FreeRADIUS"
    ),
}
