"""The tables of docs/journeys.md: what each journey costs today, beside what it cost in the first review."""

import os
import re

from kini.core.environment import ROOT

TABLE = ROOT / "docs" / "journeys.md"
#: Words in sight change with dates, numbers and names of a run.
WORDS_MAY_DIFFER = 0.1


def compare(journey: str, *steps: int, words: int | None = None) -> None:
    """Compare with the last cells of the journey's row, or write them (KINI_TABLES=write).

    Args:
        steps: pages and taps, or clicks, or keys; they must be equal.
        words: words read; about as many as the table says.
    """
    figures = [*steps, *([] if words is None else [words])]
    row = re.compile(rf"^(\| {re.escape(journey)} \|.*?)({r' \| (\d+)' * len(figures)}) \|$", re.M)
    text = TABLE.read_text("utf-8")
    written = row.search(text)
    assert written, f"no row of {journey} in {TABLE}"
    if os.environ.get("KINI_TABLES") == "write":
        cells = "".join(f" | {figure}" for figure in figures)
        TABLE.write_text(text[: written.start(2)] + cells + text[written.end(2) :], "utf-8")
        return
    before = [int(cell) for cell in written.groups()[2:]]
    assert list(steps) == before[: len(steps)], f"{journey}; see the top of tests/journeys/test_counts.py"
    if words is not None:
        assert abs(words - before[-1]) <= before[-1] * WORDS_MAY_DIFFER, f"{journey}: {words} words"
