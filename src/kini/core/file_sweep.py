"""Deletion of kept files that no row names, a day after that was first seen.

A day is longer than any transaction that keeps a file before it stores the row, and than any backup that has read the
rows and not yet the files.
"""

import os
import time
from collections.abc import Iterator
from datetime import timedelta
from itertools import batched
from pathlib import Path

from django.utils.translation import gettext as _

from kini.core import audit, file_references, file_store, moments
from kini.core.actions import action
from kini.core.actors import Actor, ActorKind, NotAllowed, system
from kini.core.jobs import every
from kini.core.models import OrphanedFile

GRACE = timedelta(days=1)
BATCH = 1000
#: Ending of a file that is being removed: it can still go back to its name.
LEAVING = ".leaving"


class NothingRegistered(Exception):
    """No column of files is registered, so that every file would look like an orphan."""


@every("23 */3 * * *", name="core.sweep_files")
def sweep_files() -> None:
    """Delete files that no row names any more."""
    sweep(by=system("sweep"))


@action
def sweep(*, by: Actor) -> int:
    """Note files that no row names, and delete those that were noted a day ago. Returns the number of deleted files.

    Raises:
        NotAllowed: when anybody but the program asks.
    """
    if by.kind is not ActorKind.SYSTEM:
        raise NotAllowed(_("The program does this by itself."))
    if not len(file_references.references):
        raise NothingRegistered
    _remove_leftovers()
    count = sum(_sweep(set(some)) for some in batched(_candidates(), BATCH))
    OrphanedFile.objects.filter(since__lt=moments.now() - 2 * GRACE).delete()  # named again, or gone
    if count:
        audit.record(by=by, action="core.files-swept", subject="files", detail={"count": count})
    return count


def _remove_leftovers() -> None:
    """Clean up after a crash: delete partial new files, and put back files under removal that were just touched."""
    latest = time.time() - GRACE.total_seconds()
    for path in file_store.leftovers():
        if path.stat().st_mtime < latest:
            path.unlink()
        elif path.suffix == LEAVING:
            os.replace(path, path.with_suffix(""))


def _candidates() -> Iterator[str]:
    """Files on the disk that are older than a day."""
    latest = time.time() - GRACE.total_seconds()
    for sha256 in file_store.kept():
        path = file_store.path_of(sha256)
        if path.exists() and path.stat().st_mtime < latest:
            yield sha256


def _sweep(candidates: set[str]) -> int:
    """Sweep among some files."""
    orphans = candidates - file_references.named_among(candidates)
    OrphanedFile.objects.filter(sha256__in=candidates - orphans).delete()
    noted = dict(OrphanedFile.objects.filter(sha256__in=orphans).values_list("sha256", "since"))
    now = moments.now()
    new = [OrphanedFile(sha256=sha256, since=now) for sha256 in sorted(orphans - noted.keys())]
    OrphanedFile.objects.bulk_create(new, ignore_conflicts=True)
    over = {sha256 for sha256, since in noted.items() if since <= now - GRACE}
    gone = {sha256 for sha256 in over if _remove(file_store.path_of(sha256))}
    OrphanedFile.objects.filter(sha256__in=gone).delete()
    return len(gone)


def _remove(path: Path) -> bool:
    """Delete a file, unless the same content was kept again in this moment: `keep` touches what is there."""
    leaving = path.with_name(path.name + LEAVING)
    os.replace(path, leaving)
    if leaving.stat().st_mtime > time.time() - GRACE.total_seconds():
        os.replace(leaving, path)
        return False
    leaving.unlink()
    file_store.sync_folder(path.parent)
    return True
