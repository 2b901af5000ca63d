"""Workloads of `./kini bench wifi`."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from random import Random
from uuid import uuid4

from kini.api.operations import PREFIX
from kini.bench import baselines
from kini.bench.load_generator import WARM_UP
from kini.bench.wifi import network, operator_tasks, radius_load, radius_servers
from kini.bench.wifi.accounting import Accounting
from kini.bench.wifi.packets import ACCESS_ACCEPT, Nas, SessionTraffic, access_request, sample_mac
from kini.bench.wifi.portal import Portal, visitor_cookies
from kini.bench.wifi.radius_load import PacketSlot
from kini.bench.workloads import Goal, Measurement, Requests, Workload
from kini.city.public import pack
from kini.robot.scratch import ScratchCity

#: Goals in packets per second.
ACCEPTED, COLLECTED, AWAY = 10_000, 15_000, 5_000
#: Concurrent sessions; the design limit of 9,250 access points is 462,000.
SESSIONS = 300_000
PEOPLE = 200


@dataclass(frozen=True, slots=True)
class Size:
    """Size of the network.

    Attributes:
        points: access points; None: as in the pack.
        sustained: seconds of sustained load, and of the database outage.
    """

    points: int | None
    devices: int
    sustained: float


def workloads(scratch: ScratchCity, stack: ExitStack, size: Size) -> list[Workload]:
    """Create the network and return the workloads.

    Raises:
        NotMeasured: the pack has no Wi-Fi with portal, or FreeRADIUS is missing.
    """
    operators = operator_tasks.prepare(scratch)
    points = network.prepare(size.points, size.devices)
    folder = scratch.var / "radius"
    port = radius_servers.start_kini(scratch, stack, folder)
    stock = radius_servers.start_stock(scratch, stack, scratch.var / "stock", points, size.devices)
    life = SessionTraffic(uuid4().hex[:8], min(SESSIONS, size.devices))
    accounting = Accounting(scratch, folder / "detail", port + 1, points, life, size.sustained)
    rows = baselines.create_rows(10_000)
    spots = [f"{PREFIX}/wifi/points?near={latitude:.5f},{longitude:.5f}" for latitude, longitude in _around()]
    near = Requests(spots, headers=[("X-Forwarded-For", _everybody())])
    return [
        Workload("one indexed SELECT", "bare", Requests([f"/select/{row}" for row in rows]), expected_text="yardstick"),
        Workload(
            "nearest ten (API)",
            "kini",
            near,
            Goal(ratio=0.40),
            "one indexed SELECT",
            '"metres"',
        ),
        Workload("Access-Requests, stock rlm_sql", "", _asked(points, stock, size.devices)),
        Workload(
            "Access-Requests",
            "",
            _asked(points, port, size.devices),
            Goal(per_second=10_000, ratio=1.5),
            "Access-Requests, stock rlm_sql",
        ),
        Workload(
            "sign-in by one tap", "kini", Portal(points, port, visitor_cookies(PEOPLE)).measured, Goal(per_second=150)
        ),
        _once(f"accounting, {ACCEPTED}/s", lambda: accounting.accepted(ACCEPTED), Goal(per_second=ACCEPTED)),
        _once("collector, backlog to table", lambda: accounting.backlog(ACCEPTED), Goal(per_second=COLLECTED)),
        _once(
            f"database away under {AWAY}/s",
            lambda: accounting.outage(AWAY),
            Goal(per_second=AWAY, seconds=60),
        ),
        *operators.workloads(),
    ]


def _once(name: str, does: Callable[[], Measurement], goal: Goal) -> Workload:
    return Workload(name, "", lambda _address, _seconds: does(), goal, once=True)


def _asked(points: Sequence[Nas], port: int, devices: int) -> Callable[[str, float], Measurement]:
    """Access-Requests per second for random known devices, after a warm-up; a rejection is an error."""
    dice = Random(1)  # noqa: S311 -- no secret

    def build(at: PacketSlot, _number: int) -> bytes:
        mac = sample_mac(dice.randrange(devices))
        return access_request(at.nas, at.identifier, mac, mac)

    def measured(_address: str, seconds: float) -> Measurement:
        for each in (seconds / WARM_UP, seconds):
            packets = radius_load.build_packets(int(each * radius_load.MOST_A_SECOND), points, build)
            sent = radius_load.send(packets, points, port, ACCESS_ACCEPT, seconds=each)
        return sent.measured()

    return measured


def _everybody() -> list[str]:
    """Client addresses."""
    return [f"10.{number >> 8}.{number & 255}.1" for number in range(20_000)]


def _around() -> list[tuple[float, float]]:
    """Random points around the centre of the city."""
    dice = Random(2)  # noqa: S311 -- no secret
    latitude, longitude = pack.current().center
    return [(latitude + dice.uniform(-0.1, 0.1), longitude + dice.uniform(-0.1, 0.1)) for _n in range(2_000)]
