"""`./kini test`: install what the tests need, then check style, layers and types and run the tests; `--all`: all.

`--coverage` also measures the lines that the tests run, and compares each room with its floor; `-- tests/ROOM` measures
one room by its own tests.
"""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from kini.cli import coverage_floors, vulnerability_audit
from kini.core import system_programs
from kini.core.environment import ROOT

#: FreeRADIUS's module for PostgreSQL.
SQL_MODULE = Path("/usr/lib/freeradius/rlm_sql_postgresql.so")

PARALLEL = ("-n", str(os.cpu_count() or 2), "--dist", "loadgroup")
#: Tests that `--all` runs a second time with KINI_FAST_PATH=off: the rooms that use it.
PLAIN = ("tests/core", "tests/api", "tests/people", "tests/cases", "tests/booking", "tests/web", "tests/structure")


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("pytest", nargs="*", help="arguments for pytest (default: all but the long tests)")
    parser.add_argument(
        "--all", action="store_true", help="also the long tests: every page in Chromium, crash recovery"
    )
    parser.add_argument(
        "--coverage",
        action="store_true",
        help="measure covered lines; with tests/ROOM those of the room, which may not fall below its floor",
    )


def run(options: argparse.Namespace) -> int:
    # Compiled modules are kept, also of tests: rewriting their assertions takes each process ten seconds.
    env = os.environ | {"KINI_ENV": "local", "PYTHONPATH": str(ROOT / "src"), "PYTHONDONTWRITEBYTECODE": ""}
    load_generator()
    signature_reader()
    radius()
    browsers(every=options.all)
    if options.coverage:
        coverage_floors.prepare()
    if options.pytest:
        # Floors are those of the tests that everybody runs, so that a run of all but the long ones keeps them.
        few = ["-m", "not long"] if options.coverage and not options.all and "-m" not in options.pytest else []
        code = pytest(env, [*options.pytest, *few], coverage=options.coverage)
        if options.coverage and code == 0 and (rooms := coverage_floors.rooms_of(options.pytest)):
            return coverage_floors.compare(rooms)
        if options.coverage:
            coverage_floors.report()
        return code
    checks = (
        ("style", [sys.executable, "-m", "ruff", "check", "src", "tests"]),
        ("format", [sys.executable, "-m", "ruff", "format", "--check", "src", "tests"]),
        ("rooms", [str(ROOT / ".venv/bin/lint-imports"), "--no-cache"]),
        ("types", [sys.executable, "-m", "mypy"]),
    )
    with ThreadPoolExecutor(max_workers=1) as beside:  # the tests wait for databases and browsers now and then
        good = {name: beside.submit(passes, name, command, env) for name, command in checks}
        good["packages"] = beside.submit(no_known_vulnerability)
        code = pytest(env, [], every=options.all, coverage=options.coverage)
        if options.coverage:
            code = coverage_floors.compare() or code
        if options.all:
            print(f"Without the fast path (KINI_FAST_PATH=off): {' '.join(PLAIN)}", flush=True)
            code = (
                pytest(env | {"KINI_FAST_PATH": "off"}, [*PARALLEL, "-m", "not long and not fast_path", *PLAIN]) or code
            )
    failed = [name for name, verdict in good.items() if not verdict.result()]
    if failed:
        print(f"failed besides the tests: {', '.join(failed)}; see above.")
    return code or len(failed)


def passes(name: str, command: list[str], env: dict[str, str]) -> bool:
    started = time.monotonic()
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    print(f"{name}: {'ok' if done.returncode == 0 else 'FAILED'} ({time.monotonic() - started:.0f} s)", flush=True)
    if done.returncode:
        print(done.stdout + done.stderr, flush=True)
    return done.returncode == 0


def no_known_vulnerability(
    audit: Callable[[], list[vulnerability_audit.Vulnerability]] = vulnerability_audit.audit,
) -> bool:
    """Print known vulnerabilities of locked packages; True if there are none, or the database cannot be reached."""
    try:
        vulnerabilities = audit()
    except vulnerability_audit.AuditUnavailable as reason:
        print(f"packages: NOT CHECKED for known vulnerabilities ({reason})", flush=True)
        return True
    print(f"packages: {'FAILED' if vulnerabilities else 'ok'}", *vulnerabilities, sep="\n", flush=True)
    return not vulnerabilities


def pytest(env: dict[str, str], arguments: list[str], *, every: bool = False, coverage: bool = False) -> int:
    """Run pytest with these arguments; without any run all tests (`every`) or those not marked `long`."""
    if not arguments:
        arguments = [*PARALLEL, *([] if every else ["-m", "not long"])]
    runner = ["coverage", "run", "-m", "pytest"] if coverage else ["pytest"]
    return subprocess.run([sys.executable, "-m", *runner, *arguments], cwd=ROOT, env=env, check=False).returncode


def browsers(*, every: bool) -> None:
    """Find or install Chromium, with `every` also one that can open windows; print a hint when it is missing."""
    headless = system_programs.find_or_install(system_programs.CHROMIUM_NAMES[:1], "chromium-headless-shell")
    if every or not headless:
        system_programs.find_or_install(system_programs.CHROMIUM_NAMES[1:], "chromium")
    if system_programs.find_chromium() is None:
        print("Chromium is missing: browser tests are skipped. Install the package chromium.", flush=True)


def load_generator() -> None:
    """Find or install wrk for the tiny benchmark; print a hint when it is missing."""
    if not system_programs.find_or_install(["wrk"], "wrk"):
        print("wrk is missing: the tiny benchmark is skipped. Install the package wrk.", flush=True)


def signature_reader() -> None:
    """Find or install pdfsig, an independent verifier of letters' signatures; print a hint when it is missing."""
    if not system_programs.find_or_install(["pdfsig"], "poppler-utils"):
        print("pdfsig is missing: letters' signatures are not verified with it. Install poppler-utils.", flush=True)


def radius() -> None:
    """Find or install FreeRADIUS with its PostgreSQL module, radclient and eapol_test."""
    programs = {"freeradius": "freeradius", "radclient": "freeradius-utils", "eapol_test": "eapoltest"}
    for program, package in programs.items():
        if not system_programs.find_or_install([program], package):
            print(f"{program} is missing: its RADIUS tests are skipped. Install the package {package}.", flush=True)
    if not SQL_MODULE.exists():
        system_programs.install_package("freeradius-postgresql")
    if not SQL_MODULE.exists():
        print("FreeRADIUS has no PostgreSQL module: install the package freeradius-postgresql.", flush=True)
