"""A tiny run of the benchmark: its city is a true one, and every row is measured. No speed is asserted here."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from kini.core.environment import ROOT

PACK = Path(__file__).parents[1] / "cities" / "vila-serena"
WORKS = [
    "one indexed SELECT",
    "one INSERT",
    "create a case (API)",
    "read one's case (API)",
    "service page",
    "catalogue page",
    "search",
    "officer's queue, 50 rows",
]

LOOK = """
import os
from contextlib import ExitStack
from pathlib import Path
from kini.bench import production_city
from kini.core.command_line import Needs, Verb

if __name__ == "__main__":
    with ExitStack() as stack:
        stack.enter_context(production_city.production_city(Path({pack!r})))
        Verb("kini.bench.seed", "", Needs.CITY).load(stack).seed_cases(90)
        from django.db import connection
        from kini.cases import case_answers, timeline
        from kini.cases.models import Case, TimelineEntry
        from kini.cases.timeline.chain import DERIVED
        from kini.core.database import database_roles
        from kini.services import questions
        from kini.services.models import FlowEdge
        from kini.services.snapshots import snapshot_of

        assert Case.objects.count() == 90
        assert [faults for _reference, faults in timeline.verify_all() if faults] == []
        assert Case.objects.values("area").distinct().count() > 3
        assert Case.objects.values("resident").distinct().count() > 20
        for case in Case.objects.select_related("version"):
            assert all(getattr(case, name) == getattr(timeline.recompute(case), name) for name in DERIVED)
            given = case_answers.of_case(case)
            assert questions.final_answers(snapshot_of(case.version), given, {{}}) == given
            kept = {{str(document.pk) for document in case.documents.all()}}
            uploads = [value["files"] for value in given.values() if isinstance(value, dict) and "files" in value]
            assert {{file for files in uploads for file in files}} <= kept
        for entry in TimelineEntry.objects.exclude(to_state="").select_related("case"):
            edges = FlowEdge.objects.filter(version=entry.case.version_id, state=entry.from_state)
            assert edges.filter(next_state=entry.to_state).exists()
        with database_roles.as_owner(), connection.cursor() as cursor:
            for table in ("cases_case", "cases_timelineentry", "cases_document"):
                cursor.execute(
                    "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
                    " WHERE conrelid = %s::regclass AND contype = 'f'", [table])
                for _, name, definition in cursor.fetchall():
                    cursor.execute(f'ALTER TABLE {{table}} DROP CONSTRAINT "{{name}}"')
                    cursor.execute(f'ALTER TABLE {{table}} ADD CONSTRAINT "{{name}}" {{definition}}')
        print("a true city")
"""


def run(*words: str, seconds: float = 240) -> subprocess.CompletedProcess[str]:
    env = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    return subprocess.run(
        [sys.executable, *words], env=env, capture_output=True, text=True, timeout=seconds, check=False
    )


@pytest.mark.long
def test_the_loaded_city_is_a_true_one(tmp_path):
    script = tmp_path / "look.py"
    script.write_text(LOOK.format(pack=str(PACK)))
    done = run(str(script))
    assert done.stdout.endswith("a true city\n"), done.stdout + done.stderr


@pytest.mark.long
@pytest.mark.skipif(shutil.which("wrk") is None, reason="wrk is not installed")
def test_a_tiny_run_measures_every_row(tmp_path):
    report_file = tmp_path / "rows.json"
    words = ["--cases", "70", "--seconds", "1", "--rounds", "1", "--city", str(PACK), "--json", str(report_file)]
    done = run("-m", "kini.cli", "bench", "services", *words)
    assert done.returncode in (0, 1), done.stdout + done.stderr
    rows = json.loads(report_file.read_text("utf-8"))["rows"]
    assert [row["work"] for row in rows] == WORKS
    assert all(row["per_second"] > 0 for row in rows)
    assert "fsync on" in done.stdout
    assert "errors" not in done.stdout
