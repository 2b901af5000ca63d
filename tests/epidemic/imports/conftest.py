"""The city's areas, an import of lines as a file, and the real files where they are."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from kini.city import actions as city_actions
from kini.core.actors import system
from kini.epidemic.imports.actions import Imported, import_figures
from kini.epidemic.imports.defects import Defects, Kind, Rule
from kini.epidemic.imports.kinds import FileKind, propose_kind
from kini.epidemic.imports.reader_state import Options
from kini.epidemic.imports.source_file import read_source
from kini.epidemic.surveillance.models import AreaFigure

BY = system("tests")
HEALTH = Path(__file__).parents[4] / "shared" / "data" / "health"


class Brought:
    """What an import did: its kind, result and defects."""

    def __init__(self, kind: FileKind, imported: Imported, defects: Defects) -> None:
        self.kind, self.imported, self.defects = kind, imported, defects

    def of(self, kind: Kind) -> list[tuple[int, str, str]]:
        """Line, column and value of the defects of a kind."""
        return [(each.line, each.column, each.value) for each in self.defects.each if each.kind is kind]

    def told(self, kind: Kind) -> str:
        return "\n".join(str(self.defects.as_error(each)) for each in self.defects.each if each.kind is kind)


@pytest.fixture
def areas(db: None) -> None:
    city_actions.load_pack_tables(by=BY)


@pytest.fixture
def bring_file(areas: None) -> Callable[..., Brought]:
    """Import a file."""

    def run(
        path: Path,
        *,
        disease: str = "covid-19",
        options: Options | None = None,
        rules: dict[Kind, Rule] | None = None,
        known_on: date | None = None,
        dry_run: bool = False,
    ) -> Brought:
        defects = Defects(path.name, rules or {})
        source = read_source(path, defects)
        kind = propose_kind(source)
        assert kind
        imported = import_figures(
            by=BY,
            source=source,
            kind=kind,
            disease=disease,
            options=options or Options(),
            known_on=known_on,
            dry_run=dry_run,
        )
        return Brought(kind, imported, defects)

    return run


@pytest.fixture
def bring(bring_file: Callable[..., Brought], tmp_path: Path) -> Callable[..., Brought]:
    """Import these lines as a CSV file."""

    def run(*lines: str, name: str = "file.csv", **more: object) -> Brought:
        path = tmp_path / name
        path.write_text("\n".join(lines) + "\n", "utf-8")
        return bring_file(path, **more)

    return run


@pytest.fixture
def real(bring_file: Callable[..., Brought]) -> Callable[..., Brought]:
    """Import a real file, or skip the test without it."""

    def run(name: str, **more: object) -> Brought:
        if not (HEALTH / name).is_file():
            pytest.skip(f"no real files in {HEALTH}")
        return bring_file(HEALTH / name, **more)

    return run


def figure(measure: str, area: str, day: str) -> float | None:
    """The newest stored figure."""
    stored = AreaFigure.objects.filter(measure=measure, area=area, day=date.fromisoformat(day))
    newest = stored.order_by("-known_on").first()
    return newest.value if newest else None
