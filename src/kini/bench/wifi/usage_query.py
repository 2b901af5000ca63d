"""Count the closed days of a month, or run one usage query, in this process, so that its memory can be measured.

Prints the result as JSON.
"""

import json
import sys
import time
from pathlib import Path

import django


def main(root: Path, question: str) -> None:
    django.setup()
    from kini.wifi.public import aggregates, month_counts, storage

    days = storage.closed_days(root)
    if question == "count":
        with storage.counts_store(root).change() as change:
            change.remove(f"{days[0]:%Y-%m}")
    started = time.monotonic()
    if question == "count":
        month_counts.refresh_counts(root, days[0])
    rows = aggregates.usage_report(root, days[0], days[-1], "city" if question == "count" else question).rows
    sums = {unit: sum(row[unit] or 0 for row in rows) for unit in ("people", "sessions")}
    print(json.dumps({"seconds": time.monotonic() - started, "rows": len(rows), **sums}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
