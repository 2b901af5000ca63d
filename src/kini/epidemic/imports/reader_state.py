"""State of reading a file: what its options say, and what is the same in many rows."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date

from kini.city.models import Area
from kini.epidemic.imports.areas import AreaIndex, Match
from kini.epidemic.imports.defects import Defects
from kini.epidemic.imports.source_file import SourceFile
from kini.epidemic.imports.vocabulary import Vocabulary, vocabulary


@dataclass(slots=True)
class Options:
    """Facts that a file does not state itself.

    Attributes:
        area: of files without a column of areas.
        day: of files without a column of days.
    """

    area: Area | None = None
    region: str = ""
    day: date | None = None


@dataclass(slots=True)
class ReaderState:
    """Facts that reading gathers, and that are the same in many rows.

    Attributes:
        matches: areas by code and names of a row.
        first_lines: lines in which each of these stands.
        formats: unusual numbers by column: line and cell.
    """

    source: SourceFile
    options: Options
    words: Vocabulary = field(default_factory=vocabulary)
    index: AreaIndex = field(init=False)
    matches: dict[tuple[str, ...], Match] = field(default_factory=dict)
    first_lines: dict[tuple[str, ...], list[int]] = field(default_factory=lambda: defaultdict(list))
    formats: dict[str, list[tuple[int, str]]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        self.index = AreaIndex(self.words)

    @property
    def defects(self) -> Defects:
        return self.source.defects
