"""RADIUS load generator: sends prebuilt packets over many sockets and counts responses.

It uses little CPU, as it shares the machine with the server: with a full window it wakes up for several responses at
once.
"""

import gc
import select
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from kini.bench.load_generator import NotMeasured
from kini.bench.wifi.packets import Nas
from kini.bench.workloads import Measurement

#: Packets in flight: the default receive buffer of Linux (212,992 bytes) holds about 160.
WINDOW = 128
#: Number of sockets; each has 256 packet identifiers.
SOCKETS = 64
#: Seconds after which an unanswered packet is lost; there are no retries.
LOST_SECONDS = 3.0
#: Polling interval in seconds while WINDOW packets are in flight.
PAUSE = 0.001
#: Packets to build per second of a measurement without rate.
MOST_A_SECOND = 25_000


@dataclass(frozen=True, slots=True)
class PacketSlot:
    """Access point and packet identifier of a position in the sequence."""

    nas: Nas
    identifier: int


@dataclass(slots=True)
class SendResult:
    """Result: packets sent, lost, answered with another code; latency of each response."""

    seconds: float = 0.0
    sent: int = 0
    wrong: int = 0
    lost: int = 0
    waited: list[float] = field(default_factory=list)

    def measured(self) -> Measurement:
        return Measurement.of(self.waited, self.seconds, self.wrong + self.lost)


def packet_slot(number: int, points: Sequence[Nas]) -> PacketSlot:
    """Slot of the packet with that number."""
    socket_number = number % SOCKETS
    return PacketSlot(points[socket_number % len(points)], number // SOCKETS % 256)


def build_packets(count: int, points: Sequence[Nas], build: Callable[[PacketSlot, int], bytes]) -> list[bytes]:
    """Build `count` packets by slot and number."""
    return [build(packet_slot(number, points), number) for number in range(count)]


def send(
    packets: Sequence[bytes],
    points: Sequence[Nas],
    port: int,
    expected_code: int,
    *,
    seconds: float = 0.0,
    rate: float = 0.0,
    until: Callable[[], bool] = lambda: False,
) -> SendResult:
    """Send packets in order, each once, with at most WINDOW in flight.

    Args:
        packets: built by `prebuilt` for the same points.
        wanted: expected code of the responses.
        seconds: stop sending after this time; 0: send all.
        rate: maximum per second; 0: as fast as they are answered.
        until: stop sending once it returns True; checked about every 10 ms.

    Raises:
        NotMeasured: no server listens on the port.
    """
    try:
        with _sockets(points, port) as sockets:
            return _Sending(packets, sockets, expected_code, rate).run(seconds, until)
    except ConnectionRefusedError:
        raise NotMeasured(f"no RADIUS server listens on port {port} any more.") from None


@contextmanager
def _sockets(points: Sequence[Nas], port: int) -> Iterator[list[socket.socket]]:
    sockets = []
    try:
        for number in range(SOCKETS):
            one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            sockets.append(one)
            one.setblocking(False)
            one.bind((points[number % len(points)].address, 0))
            one.connect(("127.0.0.1", port))
        yield sockets
    finally:
        for one in sockets:
            one.close()


class _Sending:
    def __init__(self, packets: Sequence[bytes], sockets: list[socket.socket], expected_code: int, rate: float) -> None:
        self.packets, self.sockets, self.wanted, self.rate = packets, sockets, expected_code, rate
        self.number = {one.fileno(): number for number, one in enumerate(sockets)}
        self.waiting: dict[int, float] = {}
        self.sent = SendResult()
        self.poll = select.epoll()
        for one in sockets:
            self.poll.register(one, select.EPOLLIN)

    def run(self, seconds: float, until: Callable[[], bool]) -> SendResult:
        began = looked = time.perf_counter()
        going = True
        gc.disable()  # it would traverse all packets repeatedly
        try:
            while going or self.waiting:
                now = time.perf_counter()
                if going and now - looked > 0.01:
                    looked, going = now, not until()
                going = going and self.sent.sent < len(self.packets) and not 0 < seconds < now - began
                if going:
                    self._send(now - began)
                if len(self.waiting) >= WINDOW:
                    time.sleep(PAUSE)
                self._receive(0.05 if len(self.waiting) >= WINDOW or not going else 0.0005)
                self._forget()
        finally:
            gc.enable()
            self.poll.close()
        self.sent.seconds = time.perf_counter() - began
        return self.sent

    def _send(self, since: float) -> None:
        first = self.sent.sent
        due = min(len(self.packets), first + WINDOW - len(self.waiting))
        due = min(due, int(since * self.rate) + 1) if self.rate else due
        clock, packets, sockets, waiting = time.perf_counter, self.packets, self.sockets, self.waiting
        for number in range(first, due):
            socket_number = number % SOCKETS
            packet = packets[number]
            key = socket_number << 8 | packet[1]
            if key in waiting:  # the number comes round again, and its last packet was not answered
                self._lose(key)
            waiting[key] = clock()
            try:
                sockets[socket_number].send(packet)
            except BlockingIOError:
                del waiting[key]
                due = number
                break
        self.sent.sent = max(first, due)

    def _receive(self, seconds: float) -> None:
        sockets, waiting, sent = self.sockets, self.waiting, self.sent
        events = self.poll.poll(seconds)
        now = time.perf_counter()
        for number, _event in events:
            socket_number = self.number[number]
            answer = sockets[socket_number].recv(4096)
            since = waiting.pop(socket_number << 8 | answer[1], None)
            if since is None:
                continue
            if answer[0] == self.wanted:
                sent.waited.append(now - since)
            else:
                sent.wrong += 1

    def _forget(self) -> None:
        now = time.perf_counter()
        while self.waiting:
            key, since = next(iter(self.waiting.items()))
            if now - since < LOST_SECONDS:
                break
            self._lose(key)

    def _lose(self, key: int) -> None:
        del self.waiting[key]
        self.sent.lost += 1
