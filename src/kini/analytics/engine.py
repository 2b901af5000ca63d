"""Query engine for data sets in Parquet: DuckDB in this process, or a Spark cluster named by KINI_ANALYTICS."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kini.analytics.environment import AnalyticsEnvironment
from kini.analytics.partitions import PartitionStore
from kini.core.environment_settings import InvalidEnvironment

if TYPE_CHECKING:
    from ibis.expr.types import Table

#: Memory limit of DuckDB; beyond that it spills to a folder.
MEMORY = "1400MB"


@contextmanager
def open_partitions(
    store: PartitionStore, keys: Collection[str] | None = None, *, spill: Path, memory: str = MEMORY
) -> Iterator["Table"]:
    """Open partitions of a data set (all of them) as one Ibis table with its columns and the key of the partitions.

    Args:
        spill: folder for what does not fit into DuckDB's memory.

    Raises:
        InvalidEnvironment: if KINI_ANALYTICS does not name a Spark cluster, or Spark is not installed.
    """
    address, paths = AnalyticsEnvironment.current().analytics, [str(path) for path in store.paths(keys)]
    backend = _spark(address) if address else _duckdb(spill, memory)
    try:
        if address:
            frame = backend._session.read.option("basePath", str(store.folder)).option("mergeSchema", "true")
            frame.parquet(*paths).createOrReplaceTempView("partitions")
            table = backend.table("partitions")
        else:
            # Files of older versions have more columns.
            table = backend.read_parquet(paths, hive_partitioning=True, union_by_name=True)
        yield table.select(*store.dataset.columns, store.dataset.key)
    finally:
        backend.disconnect()


def connect_duckdb(spill: Path, memory: str = MEMORY) -> Any:
    """Open a DuckDB of its own within the same limits."""
    import duckdb as engine

    database = engine.connect()
    for name, value in _limits(spill, memory).items():
        database.execute(f"SET {name} = '{value}'")
    return database


def _limits(spill: Path, memory: str) -> dict[str, str]:
    return {"memory_limit": memory, "temp_directory": str(spill), "preserve_insertion_order": "false"}


def _duckdb(spill: Path, memory: str) -> Any:
    import ibis

    return ibis.duckdb.connect(**_limits(spill, memory))


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
