"""Content of hourly warning packages: records of many visits in the order of their bytes, mixed with decoys. Pure."""

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from kini.epidemic.checkin.warning_records import RECORD_BYTES

#: Decoys of each package: so many, up to as many again at random, and a share of the true ones.
DECOYS = 128
DECOY_SHARE = 5
HOUR = timedelta(hours=1)
#: The next package is closed to visits that come this short before: their transaction could end after it.
MARGIN = timedelta(minutes=10)
#: Hours over which the visits of one person are spread, at least.
LEAST_HOURS = 6
_random = secrets.SystemRandom()


def mix(records: Iterable[bytes]) -> bytes:
    """Mix records with decoys: random bytes, as a record is to everybody who has not seen the venue's poster.

    Neither the order nor the exact number of true records is to be seen.
    """
    true = list(records)
    count = DECOYS + _random.randrange(DECOYS) + len(true) // DECOY_SHARE
    return b"".join(sorted([*true, *(secrets.token_bytes(RECORD_BYTES) for _number in range(count))]))


def spread_visits[V](visits: Sequence[V], now: datetime) -> list[tuple[datetime, V]]:
    """Choose the package of each visit: no package has two visits of one person.

    Visits go in random order to random packages of the next hours: as many hours as visits, LEAST_HOURS at least.
    """
    first = (now + MARGIN).replace(minute=0, second=0, microsecond=0) + HOUR
    hours = _random.sample(range(max(len(visits), LEAST_HOURS)), len(visits))
    return [(first + hour * HOUR, visit) for hour, visit in zip(hours, visits, strict=True)]


def shuffle(rows: list[tuple[str, datetime, bytes]]) -> None:
    """Bring rows into random order."""
    _random.shuffle(rows)
