"""Deletion of orphaned files: stored files that no row has referenced for a day.

A day is longer than any transaction between storing a file and its row, and than any backup between reading the rows
and the files.
"""

import os
import time
from collections.abc import Iterator
from datetime import timedelta
from itertools import batched
from pathlib import Path

from kini.core import audit, current_time, file_references, file_store
from kini.core.actions import action
from kini.core.actors import Actor, require_system, system
from kini.core.jobs import periodic
from kini.core.models import OrphanedFile

GRACE = timedelta(days=1)
BATCH = 1000
#: Suffix of a file that is being removed and can still be put back.
REMOVING_SUFFIX = ".leaving"


class NoFileColumns(Exception):
    """No column is registered, so every file would look like an orphan."""


@periodic("23 */3 * * *", name="core.sweep_files")
def delete_orphaned_files() -> None:
    """Delete orphaned files."""
    delete_orphans(by=system("sweep"))


@action
def delete_orphans(*, by: Actor) -> int:
    """Note new orphans, delete those noted a day ago, and return the number of deleted files.

    Raises:
        NotAllowed: unless the actor is the system.
    """
    require_system(by)
    if not len(file_references.references):
        raise NoFileColumns
    _remove_leftovers()
    count = sum(_sweep(set(some)) for some in batched(_candidates(), BATCH))
    OrphanedFile.objects.filter(since__lt=current_time.now() - 2 * GRACE).delete()  # referenced again, or gone
    if count:
        audit.record(by=by, action="core.files-swept", subject="files", detail={"count": count})
    return count


def _remove_leftovers() -> None:
    """Clean up after a crash: delete old partial files, put back files under removal that were just touched."""
    latest = time.time() - GRACE.total_seconds()
    for path in file_store.partial_files():
        if path.stat().st_mtime < latest:
            path.unlink()
        elif path.suffix == REMOVING_SUFFIX:
            os.replace(path, path.with_suffix(""))


def _candidates() -> Iterator[str]:
    """Yield stored files that are older than a day."""
    latest = time.time() - GRACE.total_seconds()
    for sha256 in file_store.stored_hashes():
        path = file_store.path_of(sha256)
        if path.exists() and path.stat().st_mtime < latest:
            yield sha256


def _sweep(candidates: set[str]) -> int:
    """Delete the orphans among some files; returns their number."""
    orphans = candidates - file_references.referenced_among(candidates)
    OrphanedFile.objects.filter(sha256__in=candidates - orphans).delete()
    noted = dict(OrphanedFile.objects.filter(sha256__in=orphans).values_list("sha256", "since"))
    now = current_time.now()
    new = [OrphanedFile(sha256=sha256, since=now) for sha256 in sorted(orphans - noted.keys())]
    OrphanedFile.objects.bulk_create(new, ignore_conflicts=True)
    over = {sha256 for sha256, since in noted.items() if since <= now - GRACE}
    gone = {sha256 for sha256 in over if _remove(file_store.path_of(sha256))}
    OrphanedFile.objects.filter(sha256__in=gone).delete()
    return len(gone)


def _remove(path: Path) -> bool:
    """Delete a file, unless the same content is being stored again: `store_content` touches an existing file."""
    leaving = path.with_name(path.name + REMOVING_SUFFIX)
    os.replace(path, leaving)
    if leaving.stat().st_mtime > time.time() - GRACE.total_seconds():
        os.replace(leaving, path)
        return False
    leaving.unlink()
    file_store.sync_folder(path.parent)
    return True
