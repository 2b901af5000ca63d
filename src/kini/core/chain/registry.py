"""The tables that are chained: each room registers its own from `AppConfig.ready`."""

from dataclasses import dataclass

from kini.core.registry import Registry


@dataclass(frozen=True, slots=True)
class Chain:
    """One append-only table whose rows are sealed in blocks.

    Attributes:
        table: its name in the database.
        columns: the columns that are sealed, as the database names them, the key first. Each block remembers its own
            list, so a migration may add columns here; it must not rename or drop one that blocks name.
        at: the column that says when a row was written; without it rows are never removed.
        keep_days: age in days below which the database refuses to remove a row, whatever a retention rule says; None:
            rows are never removed.

    The key is a bigint that the database itself counts up when the row is inserted. Keys that a process takes ahead
    (`fast_models.give_key`) would come after their block was sealed, and are refused.
    """

    table: str
    columns: tuple[str, ...]
    at: str = ""
    keep_days: int | None = None

    @property
    def key(self) -> str:
        return self.columns[0]


chains: Registry[Chain] = Registry("chain")
