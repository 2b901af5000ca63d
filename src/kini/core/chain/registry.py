"""Registry of chained tables: each room registers its own in `AppConfig.ready`."""

from dataclasses import dataclass

from kini.core.registry import Registry


@dataclass(frozen=True, slots=True)
class Chain:
    """An append-only table whose rows are sealed in blocks.

    Attributes:
        table: its name in the database.
        columns: names of the sealed columns, the key first. Blocks store their own list, so a migration may add columns
            here, but not rename or drop one that a block names.
        at: column with the time of a row; empty: rows are never removed.
        keep_days: age in days below which the database refuses to remove a row, even for a retention rule; None:
            rows are never removed.

    The key is a bigint that the database generates on insert. Keys taken in advance (`fast_models.give_key`) could
    appear after their block was sealed, and are refused.
    """

    table: str
    columns: tuple[str, ...]
    at: str = ""
    keep_days: int | None = None

    @property
    def key(self) -> str:
        return self.columns[0]


chains: Registry[Chain] = Registry("chain")
