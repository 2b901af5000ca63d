"""System account of the embedded database. PostgreSQL refuses to run as root, so root runs it as another user."""

import logging
import os
import pwd
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

log = logging.getLogger("kini.database")

#: Unprivileged accounts of most systems, the preferred first.
UNPRIVILEGED = ("postgres", "nobody")


@dataclass(frozen=True, slots=True)
class OsAccount:
    """User and group that own the data and run the server; `lent` when root runs it as another user."""

    uid: int
    gid: int
    lent: bool

    def process_options(self) -> dict[str, Any]:
        """Keyword arguments for subprocess to run a program as this account."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if self.lent else {}

    def own(self, folder: Path) -> None:
        """Give a folder with its contents to this account, without access for others."""
        folder.chmod(0o700)
        if self.lent:
            for path in (folder, *folder.rglob("*")):
                if path.lstat().st_uid != self.uid:
                    os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def reach(self, path: Path) -> None:
        """Let this account traverse the parents of a path (o+x), which are often closed when they belong to root."""
        if not self.lent:
            return
        for folder in path.resolve().parents:
            if not self._passes(folder.stat()):
                log.warning("Allowing other users to traverse %s (o+x), as the database runs as another user.", folder)
                folder.chmod(stat.S_IMODE(folder.stat().st_mode) | stat.S_IXOTH)

    def read(self, tree: Path) -> None:
        """Let this account read and run files that were installed for root only."""
        if not self.lent:
            return
        for path in _tree(tree):
            mode = stat.S_IMODE(path.stat().st_mode)
            new_mode = mode | stat.S_IROTH | (stat.S_IXOTH if mode & stat.S_IXUSR else 0)
            if new_mode != mode:
                path.chmod(new_mode)

    def _passes(self, folder: os.stat_result) -> bool:
        if folder.st_uid == self.uid:
            return bool(folder.st_mode & stat.S_IXUSR)
        return bool(folder.st_mode & (stat.S_IXGRP if folder.st_gid == self.gid else stat.S_IXOTH))


def account_for(data: Path) -> OsAccount:
    """Return the current account; for root the owner of existing data, else an unprivileged account.

    Raises:
        LookupError: when root finds no unprivileged account.
    """
    if os.geteuid() != 0:
        return OsAccount(os.geteuid(), os.getegid(), lent=False)
    if data.exists() and (owner := data.stat()).st_uid != 0:
        return OsAccount(owner.st_uid, owner.st_gid, lent=True)
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    for name in UNPRIVILEGED:
        if name in known:
            return OsAccount(known[name].pw_uid, known[name].pw_gid, lent=True)
    raise LookupError(f"none of the accounts {', '.join(UNPRIVILEGED)} exists")


def _tree(top: Path) -> Iterator[Path]:
    yield top
    if top.is_dir():
        yield from top.rglob("*")
