"""Under which account the embedded database runs. PostgreSQL refuses to run as root, so root lends it another one."""

import logging
import os
import pwd
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

log = logging.getLogger("kini.database")

#: Accounts without rights of their own that systems bring along, the most fitting first.
UNPRIVILEGED = ("postgres", "nobody")


@dataclass(frozen=True, slots=True)
class Account:
    """The user and group that own the data and run the server; `lent` when root runs it as somebody else."""

    uid: int
    gid: int
    lent: bool

    def process_options(self) -> dict[str, Any]:
        """Keyword arguments for subprocess that start a program under this account."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if self.lent else {}

    def own(self, folder: Path) -> None:
        """Give the folder and what is in it to this account, and nobody else a look into it."""
        folder.chmod(0o700)
        if self.lent:
            for path in (folder, *folder.rglob("*")):
                if path.lstat().st_uid != self.uid:
                    os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def reach(self, path: Path) -> None:
        """Let this account pass through the folders above a path, as root's own are often closed to everybody.

        Only passing is allowed (o+x), not looking into them.
        """
        if not self.lent:
            return
        for folder in path.resolve().parents:
            if not self._passes(folder.stat()):
                log.warning(
                    "The folder %s is opened for passing through, as the database runs as another user.", folder
                )
                folder.chmod(stat.S_IMODE(folder.stat().st_mode) | stat.S_IXOTH)

    def read(self, tree: Path) -> None:
        """Let this account read and run what was installed for root alone."""
        if not self.lent:
            return
        for path in _tree(tree):
            mode = stat.S_IMODE(path.stat().st_mode)
            wanted = mode | stat.S_IROTH | (stat.S_IXOTH if mode & stat.S_IXUSR else 0)
            if wanted != mode:
                path.chmod(wanted)

    def _passes(self, folder: os.stat_result) -> bool:
        if folder.st_uid == self.uid:
            return bool(folder.st_mode & stat.S_IXUSR)
        return bool(folder.st_mode & (stat.S_IXGRP if folder.st_gid == self.gid else stat.S_IXOTH))


def account_for(data: Path) -> Account:
    """The present account; for root the owner of the data when there is some, else an unprivileged account.

    Raises:
        LookupError: when root finds no unprivileged account.
    """
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid(), lent=False)
    if data.exists() and (owner := data.stat()).st_uid != 0:
        return Account(owner.st_uid, owner.st_gid, lent=True)
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    for name in UNPRIVILEGED:
        if name in known:
            return Account(known[name].pw_uid, known[name].pw_gid, lent=True)
    raise LookupError(f"none of the accounts {', '.join(UNPRIVILEGED)} exists")


def _tree(top: Path) -> Iterator[Path]:
    yield top
    if top.is_dir():
        yield from top.rglob("*")
