"""`--help` helps before there is a city or a secret."""

import os
import subprocess
import sys

import pytest

from kini.core.environment import ROOT


@pytest.mark.parametrize("verb", ["backup", "worker", "prepare"])
def test_help_needs_neither_city_nor_secrets(verb: str, tmp_path: object) -> None:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("KINI_", "DATABASE", "DJANGO"))}
    environment = clean | {"KINI_ENV": "production", "KINI_VAR": str(tmp_path), "PYTHONPATH": str(ROOT / "src")}
    command = [sys.executable, "-m", "kini.cli", verb, "--help"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert f"usage: ./kini {verb}" in done.stdout
