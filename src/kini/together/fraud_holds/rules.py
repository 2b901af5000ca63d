"""Pure rules: which numbers are a sign that somebody should look at."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from statistics import median

#: Time in which many pledges or gifts of one account or device are a sign.
SHORT_TIME = timedelta(hours=1)
#: Fewer earlier numbers than this say nothing about what is usual.
FEWEST_TO_COMPARE = 10


@dataclass(frozen=True, slots=True)
class Sign:
    """A sign of fraud.

    Attributes:
        rule: of `HOLD_RULES`.
        measured, usual: number that was compared, and the one it was compared with.
    """

    rule: str
    measured: int | None = None
    usual: int | None = None


def many_at_once(count: int, most: int) -> Sign | None:
    """Sign for more pledges or gifts in an hour than is usual, from one account or device."""
    return Sign("many-at-once", count, most) if count > most else None


def unusual_quantity(quantity: int, earlier: Sequence[int], proved: int, times: int) -> Sign | None:
    """Sign for a quantity so many times the usual one, of a giver who has not proved half of it.

    Args:
        earlier: quantities of others that arrived, of the same sort.
        proved: the largest quantity of this giver that arrived.
    """
    if len(earlier) < FEWEST_TO_COMPARE or quantity <= 2 * proved:
        return None
    usual = int(median(earlier))
    return Sign("unusual-quantity", quantity, usual) if quantity > times * usual else None
