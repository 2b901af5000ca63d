"""Replay a sample day to the FreeRADIUS of this machine: the accounting packets of its sessions, in order, faster than
real time.

Acct-Delay-Time dates each packet back, so that sessions fall on their day. Packets come from their access point's own
loopback address. An unanswered packet is sent again as a new one, since its delay has changed (RFC 2866, 5.2).
"""

import select
import socket
import struct
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from heapq import heappop, heappush
from itertools import islice

import numpy as np

from kini.city.public import pack
from kini.wifi.radius import packets
from kini.wifi.radius.packets import INTERIM, START, STOP, AccountingUpdate, Nas

#: Seconds between updates of a session.
INTERVAL = 300
#: Packets in flight: the capacity of a socket's receive buffer.
WINDOW = 128
#: Seconds until an unanswered packet is sent again, and maximum number of transmissions.
PATIENCE, SENDS = 2.0, 5
#: Linux: IP_PKTINFO, the local address of a packet (ip(7)).
_PKTINFO = 8
_INFO = struct.Struct("@i4s4s")


class NoResponse(Exception):
    """No packet was answered."""


@dataclass(slots=True)
class ReplayResult:
    """Numbers of answered, repeated and lost packets, and the duration."""

    answered: int = 0
    again: int = 0
    lost: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class SessionEvent:
    """An accounting packet to send: the number of its access point, and its Unix time."""

    nas: int
    at: int
    said: AccountingUpdate


@dataclass(slots=True)
class _Waiting:
    event: SessionEvent
    packet: bytes
    since: float
    sends: int


def session_events(
    day: date, columns: Mapping[str, np.ndarray], places: Mapping[str, int], name: str
) -> Iterator[SessionEvent]:
    """Yield the packets of a day's sessions until now, in order of time.

    Args:
        columns: as of `sample_month.simulate_sessions`; `places`: number of the access point of each site.
        name: prefix of session ids, distinct for each day and seed.
    """
    midnight = int(datetime.combine(day, datetime.min.time(), pack.current().timezone).timestamp())
    sites, devices, lengths = columns["site"], columns["device"], columns["length"]
    up, down = columns["octets_in"], columns["octets_out"]
    for second, session, seconds in update_times(columns["begin"], lengths):
        if (at := midnight + second) > time.time():
            return
        length = int(lengths[session])
        update = AccountingUpdate(
            START if seconds == 0 else STOP if seconds == length else INTERIM,
            f"{name}-{session:x}",
            packets.sample_mac(int(devices[session]) & 0xFFFFFFFFFF),
            seconds,
            int(up[session]) * seconds // length,
            int(down[session]) * seconds // length,
        )
        yield SessionEvent(places[str(sites[session])], at, update)


def update_times(begin: np.ndarray, length: np.ndarray) -> Iterator[tuple[int, int, int]]:
    """Yield time, session and duration of every start, update and stop, in order of time."""
    going: list[tuple[int, int, int]] = []
    for session in [*np.argsort(begin, kind="stable").tolist(), None]:
        now = None if session is None else int(begin[session])
        while going and (now is None or going[0][0] <= now):
            at, which, seconds = heappop(going)
            yield at, which, seconds
            if step := min(INTERVAL, int(length[which]) - seconds):
                heappush(going, (at + step, which, seconds + step))
        if now is not None:
            heappush(going, (now, session, 0))


def replay_events(events: Iterator[SessionEvent], points: Sequence[Nas], port: int, rate: float) -> ReplayResult:
    """Send packets at a rate (per second), until each is answered or given up.

    Raises:
        NoResponse: if a packet is given up before any was answered.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.setblocking(False)
        line.setsockopt(socket.IPPROTO_IP, _PKTINFO, 1)
        return _Playing(line, points, port).run(events, rate)


class _Playing:
    def __init__(self, line: socket.socket, points: Sequence[Nas], port: int) -> None:
        self.line, self.points, self.port = line, points, port
        self.numbers = {socket.inet_aton(nas.address): number for number, nas in enumerate(points)}
        self.identifiers = [0] * len(points)
        self.waiting: dict[tuple[int, int], _Waiting] = {}
        self.found = ReplayResult()

    def run(self, events: Iterator[SessionEvent], rate: float) -> ReplayResult:
        began, sent, going = time.perf_counter(), 0, True
        while going or self.waiting:
            due = int((time.perf_counter() - began) * rate) + 1 - sent
            due = max(0, min(due, WINDOW - len(self.waiting)))
            now = list(islice(events, due))
            going = len(now) == due
            for event in now:
                self._send(event, 1)
            sent += len(now)
            self._receive(0.001 if going else 0.05)
            self._repeat()
        self.found.seconds = time.perf_counter() - began
        return self.found

    def _send(self, event: SessionEvent, sends: int) -> None:
        nas, identifier = self.points[event.nas], self.identifiers[event.nas]
        while (event.nas, identifier) in self.waiting:
            identifier = (identifier + 1) % 256
        self.identifiers[event.nas] = (identifier + 1) % 256
        update = replace(event.said, delay=max(0, int(time.time()) - event.at))
        packet = packets.accounting_request(nas, identifier, update)
        self.waiting[event.nas, identifier] = _Waiting(event, packet, time.perf_counter(), sends)
        source = _INFO.pack(0, socket.inet_aton(nas.address), bytes(4))
        try:
            self.line.sendmsg([packet], [(socket.IPPROTO_IP, _PKTINFO, source)], 0, ("127.0.0.1", self.port))
        except BlockingIOError:
            return  # it is sent again

    def _receive(self, seconds: float) -> None:
        select.select([self.line], [], [], seconds)
        while True:
            try:
                packet, more, _flags, _sender = self.line.recvmsg(4096, socket.CMSG_SPACE(_INFO.size))
            except BlockingIOError:
                return
            number = self.numbers[_INFO.unpack(more[0][2])[2]]
            key = number, packet[1]
            waiting = self.waiting.get(key)
            if waiting and packets.is_response_to(packet, waiting.packet, self.points[number].secret):
                del self.waiting[key]
                self.found.answered += 1

    def _repeat(self) -> None:
        while self.waiting:
            key, oldest = next(iter(self.waiting.items()))
            if time.perf_counter() - oldest.since < PATIENCE:
                return
            del self.waiting[key]
            if oldest.sends < SENDS:
                self.found.again += 1
                self._send(oldest.event, oldest.sends + 1)
                continue
            if not self.found.answered:
                raise NoResponse
            self.found.lost += 1
