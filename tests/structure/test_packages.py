"""The program runs with only the packages of requirements.lock, without those of development."""

import os
import re
import subprocess
import sys
from importlib.metadata import packages_distributions

from kini.core.environment import ROOT

#: Loads the program while every package that is only there for development cannot be found.
LOAD = """
import sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {absent}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Absent())
import django
django.setup()
import kini.urls, kini.wsgi, kini.cli.command
print("loaded")
"""


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_the_program_needs_no_package_of_development():
    locked = {
        normal(name) for name in re.findall(r"^([\w.-]+)==", (ROOT / "requirements.lock").read_text("utf-8"), re.M)
    }
    absent = {module for module, found in packages_distributions().items() if not locked & set(map(normal, found))}
    assert {"pytest", "schemathesis"} <= absent
    env = os.environ | {"PYTHONPATH": str(ROOT / "src"), "DJANGO_SETTINGS_MODULE": "kini.settings"}
    code = LOAD.format(absent=sorted(absent))
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=False)
    assert done.stdout.endswith("loaded\n"), done.stderr[-2000:]
