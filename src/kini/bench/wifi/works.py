"""Workloads of `./kini bench wifi`."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from random import Random
from uuid import uuid4

from kini.api.routing import PREFIX
from kini.bench import yardsticks
from kini.bench.generator import WARM_UP
from kini.bench.table import Goal, Measured, Requests, Work
from kini.bench.wifi import lists, network, sending, servers
from kini.bench.wifi.accounting import Accounting
from kini.bench.wifi.packets import ACCESS_ACCEPT, Life, Nas, access_request, device
from kini.bench.wifi.portal import Portal, cookies
from kini.bench.wifi.sending import Place
from kini.city import pack
from kini.robot.scratch import Scratch

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


def works(scratch: Scratch, stack: ExitStack, size: Size) -> list[Work]:
    """Create the network and return the workloads.

    Raises:
        NotMeasured: the pack has no Wi-Fi with portal, or FreeRADIUS is missing.
    """
    operators = lists.prepare(scratch)
    points = network.prepare(size.points, size.devices)
    folder = scratch.var / "radius"
    port = servers.kini(scratch, stack, folder)
    stock = servers.stock(scratch, stack, scratch.var / "stock", points, size.devices)
    life = Life(uuid4().hex[:8], min(SESSIONS, size.devices))
    accounting = Accounting(scratch, folder / "detail", port + 1, points, life, size.sustained)
    rows = yardsticks.prepare(10_000)
    spots = [f"{PREFIX}/wifi/points?near={latitude:.5f},{longitude:.5f}" for latitude, longitude in _around()]
    near = Requests(spots, headers=[("X-Forwarded-For", _everybody())])
    return [
        Work("one indexed SELECT", "bare", Requests([f"/select/{row}" for row in rows]), says="yardstick"),
        Work(
            "nearest ten (API)",
            "kini",
            near,
            Goal(ratio=0.40),
            "one indexed SELECT",
            '"metres"',
        ),
        Work("Access-Requests, stock rlm_sql", "", _asked(points, stock, size.devices)),
        Work(
            "Access-Requests",
            "",
            _asked(points, port, size.devices),
            Goal(ratio=2.0),
            "Access-Requests, stock rlm_sql",
        ),
        Work("sign-in by one tap", "kini", Portal(points, port, cookies(PEOPLE)).measured, Goal(per_second=150)),
        _once(f"accounting, {ACCEPTED}/s", lambda: accounting.accepted(ACCEPTED), Goal(per_second=ACCEPTED)),
        _once("collector, backlog to table", lambda: accounting.backlog(ACCEPTED), Goal(per_second=COLLECTED)),
        _once(
            f"database away under {AWAY}/s",
            lambda: accounting.outage(AWAY),
            Goal(per_second=AWAY, seconds=60),
        ),
        *operators.works(),
    ]


def _once(name: str, does: Callable[[], Measured], goal: Goal) -> Work:
    return Work(name, "", lambda _address, _seconds: does(), goal, once=True)


def _asked(points: Sequence[Nas], port: int, devices: int) -> Callable[[str, float], Measured]:
    """Access-Requests per second for random known devices, after a warm-up; a rejection is an error."""
    dice = Random(1)  # noqa: S311 -- no secret

    def build(at: Place, _number: int) -> bytes:
        mac = device(dice.randrange(devices))
        return access_request(at.nas, at.identifier, mac, mac)

    def measured(_address: str, seconds: float) -> Measured:
        for each in (seconds / WARM_UP, seconds):
            packets = sending.prebuilt(int(each * sending.MOST_A_SECOND), points, build)
            sent = sending.send(packets, points, port, ACCESS_ACCEPT, seconds=each)
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
