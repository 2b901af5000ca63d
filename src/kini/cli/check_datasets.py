"""`./kini check datasets`: compare the files of every data set with its manifest."""

import argparse

from kini.analytics.datasets import DataSet, datasets
from kini.analytics.manifest import ManifestError


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--name", choices=sorted(datasets.names()), help="only this data set")


def run(options: argparse.Namespace) -> int:
    names = [options.name] if options.name else sorted(datasets.names())
    print(f"{'data set':<22} {'version':>8} {'files':>6} {'rows':>14} {'MB':>9}  from, to")
    damaged = [name for name in names if not is_intact(datasets.get(name))]
    return int(bool(damaged))


def is_intact(dataset: DataSet) -> bool:
    """Print a line about a data set, and one for each damaged file."""
    store = dataset.store()
    try:
        manifest, damaged = store.manifest(), store.damaged_files()
    except ManifestError as problem:
        print(f"{dataset.name:<22} {problem}")
        return False
    partitions = manifest.partitions
    rows, size = (sum(getattr(each, name) for each in partitions.values()) for name in ("rows", "size"))
    span = ", ".join(sorted({min(partitions), max(partitions)})) if partitions else "-"
    print(f"{dataset.name:<22} {manifest.version:>8} {len(partitions):>6} {rows:>14,} {size / 1e6:>9,.1f}  {span}")
    for file in damaged:
        remedy = "delete it, and it is computed again" if dataset.derived else "restore it from a backup"
        print(f"  {store.folder / file} is missing or was changed; {remedy}.")
    return not damaged
