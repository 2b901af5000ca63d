"""`./kini plugin new` writes a plug-in that works as it is."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from kini.cli.plugin_new import make_plugin
from kini.core.command_line import CommandError
from kini.core.environment import ROOT

MODELS = """
import django
django.setup()
from django.core.management import call_command
call_command("makemigrations", "lost_property", check=True, dry_run=True)
"""


@pytest.fixture(scope="module")
def plugin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_plugin("lost_property", tmp_path_factory.mktemp("plugins"))


def kini(*words: str, plugin: Path | None = None) -> subprocess.CompletedProcess[str]:
    own = {"KINI_PLUGINS": "lost_property", "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{plugin}"} if plugin else {}
    command = [sys.executable, *words]
    return subprocess.run(command, env=os.environ | own, capture_output=True, text=True, check=False)


@pytest.mark.long
@pytest.mark.timeout(400)
def test_its_own_tests_pass(plugin: Path) -> None:
    """They play its page in a scratch city: migrated, translated, and guarded by the permission of a role."""
    done = kini("-m", "pytest", "-q", "-p", "no:cacheprovider", str(plugin))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 passed" in done.stdout


def test_its_migration_is_that_of_its_models(plugin: Path) -> None:
    done = kini("-c", MODELS, plugin=plugin)
    assert done.returncode == 0, done.stdout + done.stderr


def test_its_texts_are_complete_and_compiled(plugin: Path) -> None:
    done = kini("-m", "kini.cli", "texts", "--check", str(plugin / "lost_property"))
    assert (done.returncode, done.stdout) == (0, "id: 10 texts, 0 without translation\n"), done.stderr


@pytest.mark.parametrize("rules", [["check", "--select", "E,F,I,UP,B"], ["format", "--check"]])
def test_its_style_is_good(plugin: Path, rules: list[str]) -> None:
    done = kini("-m", "ruff", *rules, str(plugin))
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("cases", "a room"),
        ("Lost-Property", "cannot be the name"),
        ("json", "conflicts"),
        ("a" * 21, "at most 20"),
        ("lost_property", "exists"),
    ],
)
def test_a_name_that_cannot_be_used_is_refused(plugin: Path, name: str, reason: str) -> None:
    with pytest.raises(CommandError, match=reason):
        make_plugin(name, plugin.parent)
