"""Run one usage query over closed days in this process, so that its memory can be measured; print the result."""

import json
import sys
import time
from pathlib import Path

import django


def main(root: Path, by: str) -> None:
    django.setup()
    from kini.wifi.public import aggregates, storage

    days = storage.closed_days(root)
    started = time.monotonic()
    rows = aggregates.usage_report(root, days[0], days[-1], by).rows
    sums = {unit: sum(row[unit] or 0 for row in rows) for unit in ("people", "sessions")}
    print(json.dumps({"seconds": time.monotonic() - started, "rows": len(rows), **sums}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
