"""The program imports what pyproject.toml declares, and runs without the packages of development."""

import ast
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

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
    absent = {
        module
        for module, distributions in packages_distributions().items()
        if not locked & set(map(normal, distributions))
    }
    assert {"pytest", "schemathesis"} <= absent
    env = os.environ | {"PYTHONPATH": str(ROOT / "src"), "DJANGO_SETTINGS_MODULE": "kini.settings"}
    code = LOAD.format(absent=sorted(absent))
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=False)
    assert done.stdout.endswith("loaded\n"), done.stderr[-2000:]


#: Imported where they are needed: the extra "spark", and verbs that only developers run.
OPTIONAL = {
    "babel": ("cli/texts.py",),
    "cosmic_ray": ("cli/check_mutants.py",),
    "cwt": ("bench/certificates.py",),
    "playwright": ("robot/screenshots.py", "robot/tour_pictures.py"),
    "pyspark": ("analytics/engine.py",),
    "zxingcpp": ("vaccination/commands/verify_certificate.py",),
}


def imports(path: Path) -> Iterator[str]:
    """Names of the packages that a file imports."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (each.name.partition(".")[0] for each in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


def test_every_import_is_a_declared_dependency():
    """What only comes along with another package may be gone with its next release."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    declared = {normal(re.match(r"[\w.-]+", each)[0]) for each in project["dependencies"]}
    packages, source = packages_distributions(), ROOT / "src" / "kini"
    undeclared = {
        f"{path.relative_to(source)}: {name}"
        for path in source.rglob("*.py")
        for name in set(imports(path)) - set(sys.stdlib_module_names) - {"kini"}
        if not declared & set(map(normal, packages.get(name, [])))
        and path.relative_to(source).as_posix() not in OPTIONAL.get(name, ())
    }
    assert undeclared == set(), "declare these in pyproject.toml with a reason, then ./kini lock"


def test_private_interfaces_are_used_in_one_module_each():
    """An upgrade of a library is checked there (tests/core/test_private_interfaces.py)."""
    private = {
        r"allauth[.\w]*\.internal": "people/allauth_internals.py",
        r"ModelState|fields_cache|_csp_config": "core/django_internals.py",
        r"\bprocrastinate_(jobs|workers|events|periodic_defers|\w+_v\d)\b": "core/procrastinate_internals.py",
    }
    source = ROOT / "src" / "kini"
    assert [
        f"{path.relative_to(source)}: {pattern}"
        for path in source.rglob("*.py")
        for pattern, home in private.items()
        if "migrations" not in path.parts
        and path.relative_to(source).as_posix() != home
        and re.search(pattern, path.read_text("utf-8"))
    ] == []


def test_the_installer_itself_is_installed_by_hash() -> None:
    """`./kini` gets uv by version and hash, before anything else."""
    lock = (ROOT / "requirements-uv.lock").read_text("utf-8")
    pinned = [line for line in lock.splitlines() if line and not line.startswith((" ", "#"))]
    assert [line.partition("==")[0] for line in pinned] == ["uv"]
    assert lock.count("--hash=sha256:") > 10
    script = " ".join((ROOT / "kini").read_text("utf-8").replace("\\\n", " ").split())
    for command in re.findall(r"pip install [^|&;]*", script):
        assert "--require-hashes" in command, command
