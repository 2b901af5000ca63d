"""Query engine for closed days: DuckDB in this process, or a Spark cluster named by KINI_ANALYTICS."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings

from kini.core.environment import InvalidEnvironment
from kini.wifi.usage import storage

if TYPE_CHECKING:
    from ibis.expr.types import Table

#: Memory limit of DuckDB; beyond that it spills to a folder beside the closed days.
MEMORY = "1400MB"


@contextmanager
def open_dataset(root: Path) -> Iterator["Table"]:
    """Open the sessions of all closed days below a folder as an Ibis table with the column `day`.

    Raises:
        EnvironmentFault: if KINI_ANALYTICS does not name a Spark cluster, or Spark is not installed.
    """
    address = settings.ENV.analytics
    backend = _spark(address) if address else _duckdb(root)
    try:
        yield backend.read_parquet(str(storage.sessions_folder(root) / ("" if address else "*/part.parquet")))
    finally:
        backend.disconnect()


def connect_duckdb(root: Path) -> Any:
    """Open a separate DuckDB within the same limits, for data that is not a closed day yet."""
    import duckdb as engine

    found = engine.connect()
    for name, value in _limits(root).items():
        found.execute(f"SET {name} = '{value}'")
    return found


def _limits(root: Path) -> dict[str, str]:
    return {"memory_limit": MEMORY, "temp_directory": str(root / "spill"), "preserve_insertion_order": "false"}


def _duckdb(root: Path) -> Any:
    import ibis

    return ibis.duckdb.connect(**_limits(root))


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
