"""Units of deploy/systemd: systemd accepts them and rates their exposure as low."""

import shutil
import subprocess
from pathlib import Path

import pytest

from kini.core.environment import ROOT

UNITS = sorted((ROOT / "deploy" / "systemd").glob("*.service"))
ANALYZE = shutil.which("systemd-analyze")
#: Of 100; a service without any restriction has about 96.
MOST_EXPOSED = "20"


@pytest.mark.skipif(ANALYZE is None, reason="systemd-analyze is not installed")
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_is_read_without_a_complaint_and_exposes_little(unit: Path, tmp_path: Path):
    assert ANALYZE
    there = tmp_path / unit.name
    there.write_text(unit.read_text("utf-8").replace("/srv/kini/.venv/bin/python", "/usr/bin/env"), "utf-8")
    read = subprocess.run([ANALYZE, "verify", str(there)], capture_output=True, text=True, check=False)
    assert [line for line in read.stderr.splitlines() if unit.name in line] == []
    words = [ANALYZE, "security", "--offline=true", f"--threshold={MOST_EXPOSED}", "--no-pager", str(there)]
    judged = subprocess.run(words, capture_output=True, text=True, check=False)
    assert judged.returncode == 0, judged.stdout


def test_both_services_run_as_nobody_special():
    assert [unit.name for unit in UNITS] == ["kini-web.service", "kini-worker.service"]
    for unit in UNITS:
        text = unit.read_text("utf-8")
        for line in ("User=kini", "NoNewPrivileges=yes", "ProtectSystem=strict", "CapabilityBoundingSet="):
            assert f"\n{line}\n" in text
