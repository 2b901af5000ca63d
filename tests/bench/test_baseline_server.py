"""The baseline server: Kini's server without its apps."""

import os
import subprocess
import sys

from kini.core.environment import ROOT


def test_it_loads_without_the_apps_of_kini() -> None:
    env = os.environ | {"PYTHONPATH": str(ROOT / "src"), "DJANGO_SETTINGS_MODULE": "kini.bench.baseline_settings"}
    words = [sys.executable, "-c", "from kini import serving; serving.load(); serving.warn()"]
    done = subprocess.run(words, env=env, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
