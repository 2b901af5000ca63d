"""Rules of the code base that a program can check."""

import importlib
import inspect
import pkgutil
import re
import subprocess
import sys
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.core.management import call_command

import kini
from kini.rooms import FLOORS, TOOLS

SOURCE = Path(kini.__file__).parent
ROOT = SOURCE.parents[1]
ROOMS = [config for config in apps.get_app_configs() if config.name.startswith("kini.")]


def modules(part: str) -> list[object]:
    """Modules of all rooms that are called `part` or are in a package of that name."""
    violations = []
    for room in ROOMS:
        for info in pkgutil.walk_packages([room.path], f"{room.name}."):
            if part in info.name.split(".")[2:]:
                violations.append(importlib.import_module(info.name))
    return violations


def test_every_public_function_of_actions_is_an_action():
    loose = [
        f"{module.__name__}.{name}"
        for module in modules("actions")
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__
        and not name.startswith("_")
        and module.__name__ != "kini.core.actions"
        and not getattr(function, "__kini_action__", False)
    ]
    assert loose == [], "decorate with @action, or begin the name with an underscore"


def test_every_room_tells_its_story():
    assert [room.name for room in ROOMS if not (importlib.import_module(room.name).__doc__ or "").strip()] == []


def test_models_and_migrations_agree(db):
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_every_template_is_used():
    text = "\n".join(
        path.read_text("utf-8")
        for path in SOURCE.rglob("*")
        if path.suffix in {".py", ".html", ".txt"} and path.is_file()
    )
    unused = []
    for path in SOURCE.rglob("templates/**/*.html"):
        name = path.relative_to(next(p for p in path.parents if p.name == "templates")).as_posix()
        theirs = name.split("/")[0] in {"account", "mfa", "allauth", "idp", "admin"}  # these stand in for others' own
        by_code = name.split("/")[:2] in (["services", "fields"], ["web", "icons"])  # chosen by name at run time
        if not theirs and not by_code and name not in text and not re.fullmatch(r"\d{3}\.html", name):
            unused.append(name)
    assert unused == []


def test_nothing_is_left_undone():
    marks = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|NotImplementedError|pragma: no cover")
    assert [str(p) for p in SOURCE.rglob("*.py") if marks.search(p.read_text("utf-8"))] == []


def test_the_operators_table_has_every_variable_with_its_description():
    """After a change: `./kini env --markdown`."""
    from kini.cli.environment import markdown_table

    assert markdown_table() in (ROOT / "docs" / "operators.md").read_text("utf-8")


def test_documents_name_every_verb():
    verbs = importlib.import_module("kini.cli.command").all_verbs()
    docs = "\n".join(path.read_text("utf-8") for path in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
    assert [verb for verb in verbs.names() if f"./kini {verb}" not in docs] == []


def test_the_overview_of_verbs_imports_neither_django_nor_a_driver():
    code = "import sys; from kini.cli.command import main; main([]); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"django", "psycopg", "pydantic", "structlog"} & set(done.stdout.split())


def test_parts_of_scipy_are_left_to_their_first_use():
    code = "import sys; from kini import serving; serving.load(); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"scipy.special", "scipy.linalg", "scipy.stats"} & set(done.stdout.split()), "130 MB in every process"


def test_interface_texts_are_translated_and_compiled():
    from kini.cli import texts

    for path in sorted(Path(settings.LOCALE_PATHS[0]).glob("*/LC_MESSAGES/django.po")):
        catalog = texts.updated(path)
        missing = [message.id for message in catalog if message.id and not texts.translated(message.string)]
        assert missing == [], f"translate these in {path.name}, then run ./kini texts"
        assert texts.is_current(path, catalog), "run ./kini texts"


def test_the_map_draws_the_floors_as_they_are():
    drawn = re.search(r"## Rooms\n\n```text\n(.*?)```", (ROOT / "ARCHITECTURE.md").read_text("utf-8"), re.DOTALL)[1]
    names = [line.split()[0] for line in drawn.splitlines() if not line.startswith(" ")]
    floors = {name: number for number, floor in enumerate((*TOOLS, *FLOORS)) for name in floor}
    assert sorted(names) == sorted(floors)
    assert [floors[name] for name in names] == sorted(floors.values())


def test_every_room_is_on_a_floor():
    packages = {path.parent.name for path in SOURCE.glob("*/__init__.py")}
    assert packages == {name for floor in (*TOOLS, *FLOORS) for name in floor}
