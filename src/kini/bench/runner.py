"""Run a benchmark: every workload in several rounds, resource usage of the processes, table of results."""

import json
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from kini.bench.load_generator import CONNECTIONS, check_response, measure
from kini.bench.monitor import ProcessMonitor, ProcessUsage
from kini.bench.workloads import Measurement, Requests, Workload, WorkloadResult, evaluate

ROUNDS = 3


def run_workloads(
    workloads: Sequence[Workload],
    addresses: Mapping[str, str],
    monitor: ProcessMonitor,
    seconds: float,
    rounds: int = ROUNDS,
    connections: int = CONNECTIONS,
) -> list[WorkloadResult]:
    """Check each workload, measure all in several rounds, and print the results.

    Workloads marked `once` run in the last round, as they may leave cold caches and background work.

    Args:
        addresses: of the servers that the workloads name.
        seconds: of each measurement.
        connections: for HTTP workloads.

    Raises:
        NotMeasured: a server gives an unexpected response.
    """
    for work in workloads:
        if isinstance(work.load, Requests):
            check_response(addresses[work.server], work.load, work.expected_text)
    measurements: list[dict[str, Measurement]] = []
    uses: dict[str, list[ProcessUsage]] = {}
    for number in range(rounds):
        measurements.append({})
        for work in (work for work in workloads if number == rounds - 1 or not work.once):
            print(f"\r  round {number + 1} of {rounds}: {work.name:<40}", end="", flush=True)
            monitor.begin()
            started = time.monotonic()
            measurements[-1][work.name] = _measured(work, addresses.get(work.server, ""), seconds, connections)
            uses[work.name] = monitor.usage(time.monotonic() - started)
    print("\r" + " " * 70)
    rows = evaluate(workloads, measurements)
    print_results(rows, uses)
    return rows


def _measured(work: Workload, address: str, seconds: float, connections: int) -> Measurement:
    if isinstance(work.load, Requests):
        return measure(address, work.load, seconds, connections)
    return work.load(address, seconds)


def print_results(rows: Sequence[WorkloadResult], uses: Mapping[str, Sequence[ProcessUsage]]) -> None:
    heads = f"{'a second':>9} {'p50 ms':>7} {'p99 ms':>7} {'ratio':>6} {'seconds':>7} {'MB':>5}"
    print(f"{'work':<40} {heads}  {'goal':<28} verdict")
    for row in rows:
        measured = row.measured
        figures = (
            f"{measured.per_second:>9.0f} {measured.p50_ms:>7.1f} {measured.p99_ms:>7.1f} {_shown(row.ratio, 2):>6}"
        )
        once = f"{_shown(measured.seconds, 1):>7} {_shown(measured.megabytes, 0):>5}"
        print(f"{row.work.name:<40} {figures} {once}  {row.work.goal!s:<28} {verdict(row)}")
    print("\nProcesses in the last round (CPU in percent of one core, memory as their own share):")
    for row in rows:
        print(f"  {row.work.name:<40} {' · '.join(map(str, uses[row.work.name]))}")


def _shown(value: float | None, digits: int) -> str:
    return "" if value is None else f"{value:.{digits}f}"


def verdict(row: WorkloadResult) -> str:
    if row.measured.errors:
        return f"FALLS SHORT: {row.measured.errors} errors"
    return "holds" if row.holds else "FALLS SHORT"


def write_json(path: Path, rows: Sequence[WorkloadResult]) -> None:
    """Write the results as JSON, to compare runs."""
    path.write_text(json.dumps({"rows": [row.as_json() for row in rows]}, indent=1) + "\n", "utf-8")
