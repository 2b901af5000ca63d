"""Pure rules of money: sums that may be given, and what packages may cost."""

from datetime import timedelta

#: Smallest gift, in whole units of the city's currency; less only to complete a pool.
SMALLEST_GIFT = 1000
#: Time in which the money of a gift must arrive: that of a virtual account, and a while for the bank's word.
HELD_FOR = timedelta(hours=25)
#: Longest time for which a pool takes gifts.
LONGEST_POOL = timedelta(days=180)


def is_gift(amount: int, left: int) -> bool:
    """True for an amount that may be given to a pool in which so much is left."""
    return min(SMALLEST_GIFT, left) <= amount <= left and amount > 0
