"""Accounting workloads: accepted packets, import of a backlog, database outage."""

import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event, Thread

import psutil
from django.db import connection

from kini.bench.load_generator import NotMeasured
from kini.bench.wifi import radius_load
from kini.bench.wifi.packets import ACCOUNTING_RESPONSE, Nas, SessionTraffic, accounting_request
from kini.bench.wifi.radius_load import PacketSlot, SendResult
from kini.bench.workloads import Measurement
from kini.core.process_supervisor import kini_command
from kini.robot.scratch import ScratchCity
from kini.wifi.models import DetailMark
from kini.wifi.public import spool

#: Factor on a rate, so that it is reached.
MARGIN = 1.01
#: Seconds of load before the database stops.
BEFORE = 5
#: Maximum seconds until everything written is in the tables.
PATIENCE = 600
#: The collector has caught up when the backlog is below this many seconds of load.
BEHIND = 2.0


@dataclass(slots=True)
class Accounting:
    """Accounting of a network; FreeRADIUS writes its packets to `folder`.

    Attributes:
        port: accounting port.
        life: generator of the network's packets.
    """

    scratch: ScratchCity
    folder: Path
    port: int
    points: Sequence[Nas]
    life: SessionTraffic
    seconds: float

    def accepted(self, rate: int) -> Measurement:
        """Packets accepted per second at a steady rate; errors: unanswered or not written."""
        before = self._written()
        sent = self._send(self._packets(rate), rate=rate * MARGIN)
        result = sent.measured()
        missing = len(sent.waited) - (self._written() - before)
        return replace(result, errors=result.errors + abs(missing))

    def backlog(self, rate: int) -> Measurement:
        """Packets per second that the command imports from a backlog of `seconds` at that rate."""
        if (missing := int(rate * self.seconds) - self._waiting()) > 0:
            self._send(self._built(missing))
        waiting, began = self._waiting(), time.monotonic()
        with self._collector() as collector:
            brought, rejected = collector_counts(collector)
        return Measurement(brought / (time.monotonic() - began), errors=rejected + abs(waiting - brought))

    def outage(self, rate: int) -> Measurement:
        """Stop the database for `seconds` under a steady rate.

        `seconds` of the result: from the restart until the collector has caught up under continuing load. Errors:
        packets that were not accepted or not imported.
        """
        self._collect_all()
        packets = self._built(int(rate * (BEFORE + 3 * self.seconds) * MARGIN) + rate * 60)
        enough, results = Event(), []
        sender = Thread(
            target=lambda: results.append(self._send(packets, rate=rate * MARGIN, until=enough.is_set)), daemon=True
        )
        with self._collector("--follow") as collector:
            sender.start()
            try:
                time.sleep(BEFORE)
                took = self._away(rate, collector)
            finally:
                enough.set()
                sender.join()
            self._until(lambda: self._behind() == 0, collector)
            collector.send_signal(signal.SIGINT)
            brought, rejected = collector_counts(collector)
        sent = results[0]
        figures = sent.measured()
        wrong = figures.errors + rejected + abs(len(sent.waited) - brought)
        return replace(figures, errors=wrong, seconds=took)

    def _away(self, rate: int, collector: "subprocess.Popen[str]") -> float:
        """Stop and restart the database; return the seconds from the restart until the collector has caught up."""
        database = psutil.Process(self.scratch.database.pid)
        connection.close()
        connection.close_pool()  # type: ignore[attr-defined]
        database.send_signal(signal.SIGINT)
        database.wait(60)
        time.sleep(self.seconds)
        self.scratch.database.revive()
        began, size = time.monotonic(), self._bytes_a_packet()
        self._until(lambda: self._behind() <= BEHIND * rate * size, collector)
        return time.monotonic() - began

    def _packets(self, rate: int) -> list[bytes]:
        return self._built(int(rate * self.seconds * MARGIN))

    def _built(self, count: int) -> list[bytes]:
        records = self.life.next(count)

        def build(at: PacketSlot, _number: int) -> bytes:
            return accounting_request(at.nas, at.identifier, *next(records))

        return radius_load.build_packets(count, self.points, build)

    def _send(self, packets: list[bytes], *, rate: float = 0, until: Callable[[], bool] = lambda: False) -> SendResult:
        return radius_load.send(packets, self.points, self.port, ACCOUNTING_RESPONSE, rate=rate, until=until)

    def _collector(self, *more: str) -> "subprocess.Popen[str]":
        words = kini_command("wifi", "collect", "--folder", str(self.folder), *more)
        with (self.scratch.var / "collector.log").open("ab") as log:
            return subprocess.Popen(
                words, stdout=subprocess.PIPE, stderr=log, env=self.scratch.env, text=True, start_new_session=True
            )

    def _collect_all(self) -> None:
        with self._collector() as collector:
            collector_counts(collector)

    def _written(self) -> int:
        """Records in the detail files."""
        return sum(_records(path) for path in spool.pending_files(self.folder))

    def _waiting(self) -> int:
        """Records that are not in the tables yet."""
        marks = dict(DetailMark.objects.values_list("file", "offset"))
        return sum(_records(path, marks.get(str(path.resolve()), 0)) for path in spool.pending_files(self.folder))

    def _behind(self) -> int:
        """Bytes of the detail files that are not in the tables yet."""
        marks = dict(DetailMark.objects.values_list("file", "offset"))
        return sum(path.stat().st_size - marks.get(str(path.resolve()), 0) for path in spool.pending_files(self.folder))

    def _bytes_a_packet(self) -> float:
        size = sum(path.stat().st_size for path in spool.pending_files(self.folder))
        return size / max(self._written(), 1)

    def _until(self, ready: Callable[[], bool], collector: "subprocess.Popen[str]") -> None:
        latest = time.monotonic() + PATIENCE
        while not ready():
            if collector.poll() is not None:
                raise NotMeasured(f"the collector ended with code {collector.returncode} before it had caught up.")
            if time.monotonic() > latest:
                raise NotMeasured("the collector did not catch up.")
            time.sleep(0.2)


def collector_counts(collector: "subprocess.Popen[str]") -> tuple[int, int]:
    """Wait for the collector and parse its output: imported packets, rejected records.

    Raises:
        NotMeasured: it failed.
    """
    output, _nothing = collector.communicate()
    counts = re.search(r"(\d+) packets\b.*?(\d+) records\b", output)
    if collector.returncode not in (0, 1) or counts is None:
        raise NotMeasured(f"the collector ended with code {collector.returncode}: {output[-300:]}")
    return int(counts[1]), int(counts[2])


def _records(path: Path, offset: int = 0) -> int:
    """Empty lines end records."""
    count, last = 0, b""
    with path.open("rb") as file:
        file.seek(offset, os.SEEK_SET)
        while data := file.read(1 << 22):
            count += (last + data).count(b"\n\n")
            last = data[-1:] if not data.endswith(b"\n\n") else b""
    return count
