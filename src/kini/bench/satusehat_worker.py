"""A sending process of `./kini bench satusehat`: delivers what is due until it is stopped or killed.

Waits between tries are shorter than in a city, so that a benchmark ends; leases too, as workers are killed.
"""

import os
import time
from datetime import timedelta

import django


def main() -> None:
    """Deliver for ever."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kini.settings")
    django.setup()
    from kini.exchange.public import destinations, outbox

    destinations.get("satusehat").waits = (timedelta(seconds=1), timedelta(seconds=3))
    outbox.LEASE = timedelta(seconds=60)
    while True:
        if not outbox.deliver("satusehat"):
            time.sleep(0.2)


if __name__ == "__main__":
    main()
