"""Complete attack on a scratch city, with the latency of a regular visitor."""

import json
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.db import connection

from kini.bench.attack import races, requests, uploads
from kini.bench.attack.connections import Visitor, slow_connections
from kini.cases.public import timeline

#: Maximum p99 in seconds of a regular visitor during the attack.
P99 = 1.0
#: Seconds to hold slow connections.
HOLD = 20.0
#: Acceptable server errors in the log: busy, disk full.
BUSY = (503, 507)


@dataclass(frozen=True, slots=True)
class Size:
    """Number of open connections, and of simultaneous copies of each upload."""

    connections: int
    uploads: int


def run(address: str, log: Path, size: Size) -> list[str]:
    """Run everything, print progress and measurements, and return findings, a sentence each."""
    findings = _watched(address, f"{size.connections} slow connections", lambda: _hold(address, size.connections))
    count, refused = requests.run(address)
    print(f"  {count} hostile requests: {len(refused)} answered wrongly", flush=True)
    findings += refused
    slot = uploads.guest_slot()
    if slot is None:
        findings.append("the pack has no service whose guests send files: uploads were not tried")
    else:
        attack = lambda: uploads.run(address, slot, size.uploads, _print_result)  # noqa: E731
        findings += _watched(address, f"{size.uploads} uploads of each bomb at the same time", attack)
    findings += races.run(address, lambda words: print(f"  {words}", flush=True))
    connection.close()
    findings += [f"{reference}: {fault}" for reference, faults in timeline.verify_all() for fault in faults]
    return [*findings, *server_errors(log)]


def _hold(address: str, count: int) -> list[str]:
    with slow_connections(address, count):
        time.sleep(HOLD)
    return []


def _watched(address: str, name: str, attack: Callable[[], list[str]]) -> list[str]:
    """Attack while a regular visitor requests pages; return the findings of both."""
    with Visitor(address) as visitor:
        findings = attack()
    p99, worst = visitor.p99, max(visitor.seconds, default=0.0)
    print(
        f"  {name}: another visitor's p99 {p99:.2f} s, slowest {worst:.2f} s, of {len(visitor.seconds)} pages",
        flush=True,
    )
    if p99 > P99:
        findings.append(f"during {name} another visitor waited {p99:.2f} s (p99; at most {P99:.0f})")
    return [*findings, *(f"during {name} a visitor got {failure}" for failure in visitor.failures[:5])]


def _print_result(sent: uploads.Sent) -> None:
    answers = ", ".join(f"{count} x {status or 'nothing'}" for status, count in sent.answers.most_common())
    print(f"    {sent.name}, {sent.bytes / 1e6:.1f} MB: {answers}, the slowest {sent.slowest:.1f} s", flush=True)


def server_errors(log: Path) -> list[str]:
    """Server errors in the request log, counted by path."""
    errors: Counter[tuple[str, int]] = Counter()
    for line in log.read_text("utf-8", "replace").splitlines():
        if '"answered"' in line and line.startswith("{"):
            record = json.loads(line)
            if record.get("status", 0) >= 500 and record["status"] not in BUSY:
                errors[record["path"], record["status"]] += 1
    return [f"{count} requests to {path[:60]} were answered with {status}" for (path, status), count in errors.items()]
