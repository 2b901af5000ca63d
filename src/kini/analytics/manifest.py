"""Manifest of a data set: its current files, with rows, hashes and schema versions. Written atomically."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from kini.analytics.parquet_files import write_atomically

#: Sorts before the folders of partitions, and neither DuckDB nor Spark reads names with an underscore.
NAME = "_manifest.json"
FORMAT = 1


class ManifestError(Exception):
    """A manifest cannot be read; the message names the file and the remedy."""


@dataclass(frozen=True, slots=True)
class Partition:
    """Current file of a partition.

    Attributes:
        file: path below the folder of the data set; its name begins with the hash, so content never changes.
        schema: version of the columns with which it was written.
        source: digest of what it was computed from; empty: it is no derived data.
    """

    file: str
    rows: int
    size: int
    sha256: str
    schema: int
    source: str = ""


@dataclass(frozen=True, slots=True)
class Manifest:
    """State of a data set.

    Attributes:
        version: number of the change that led to this state; 0: nothing was ever written.
        partitions: by value of the partition key, in order.
    """

    dataset: str
    version: int = 0
    partitions: Mapping[str, Partition] = field(default_factory=dict)


def read_manifest(folder: Path) -> Manifest | None:
    """Read the manifest in a folder; None if there is none.

    Raises:
        ManifestError: if it is damaged.
    """
    path = folder / NAME
    try:
        content = json.loads(path.read_text("utf-8"))
        partitions = {key: Partition(**entry) for key, entry in content["partitions"].items()}
        if content["format"] != FORMAT:
            raise ManifestError(f"{path} was written by a newer version of Kini; use that version.")
        return Manifest(content["dataset"], content["version"], partitions)
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError, AttributeError) as damage:
        raise ManifestError(
            f"{path} is damaged ({damage}); restore it from a backup, or delete it and it is made from the files."
        ) from damage


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Replace the manifest in a folder."""
    content = {"format": FORMAT, "dataset": manifest.dataset, "version": manifest.version}
    entries = {key: asdict(manifest.partitions[key]) for key in sorted(manifest.partitions)}
    text = json.dumps(content | {"partitions": entries}, indent=1, ensure_ascii=False)
    write_atomically(folder / NAME, lambda new: new.write_text(text + "\n", "utf-8"))
