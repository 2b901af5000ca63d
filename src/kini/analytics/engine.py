"""Query engine for data sets in Parquet: DuckDB in this process, or a Spark cluster named by KINI_ANALYTICS."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kini.analytics.environment import AnalyticsEnvironment
from kini.core.environment_settings import InvalidEnvironment

if TYPE_CHECKING:
    from ibis.expr.types import Table

#: Memory limit of DuckDB; beyond that it spills to a folder.
MEMORY = "1400MB"


@contextmanager
def open_dataset(folder: Path, *, spill: Path) -> Iterator["Table"]:
    """Open the files KEY=VALUE/part.parquet below a folder as one Ibis table, with KEY as a column.

    Args:
        spill: folder for what does not fit into DuckDB's memory.

    Raises:
        InvalidEnvironment: if KINI_ANALYTICS does not name a Spark cluster, or Spark is not installed.
    """
    address = AnalyticsEnvironment.current().analytics
    backend = _spark(address) if address else _duckdb(spill)
    try:
        yield backend.read_parquet(str(folder if address else folder / "*/part.parquet"))
    finally:
        backend.disconnect()


def connect_duckdb(spill: Path) -> Any:
    """Open a DuckDB of its own within the same limits."""
    import duckdb as engine

    database = engine.connect()
    for name, value in _limits(spill).items():
        database.execute(f"SET {name} = '{value}'")
    return database


def _limits(spill: Path) -> dict[str, str]:
    return {"memory_limit": MEMORY, "temp_directory": str(spill), "preserve_insertion_order": "false"}


def _duckdb(spill: Path) -> Any:
    import ibis

    return ibis.duckdb.connect(**_limits(spill))


def _spark(address: str) -> Any:
    if not address.startswith(("spark://", "local[")):
        raise InvalidEnvironment('KINI_ANALYTICS must name a Spark cluster, such as "spark://analysis.example:7077".')
    try:
        from pyspark.sql import SparkSession
    except ImportError:
        raise InvalidEnvironment('KINI_ANALYTICS needs Spark: install Kini with its extra "spark".') from None
    import ibis

    session = SparkSession.builder.master(address).appName("kini").config("spark.ui.enabled", "false").getOrCreate()
    return ibis.pyspark.connect(session)
