"""Import accounting packets, and remove identities from old sessions."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import structlog

from kini.core import audit, moments
from kini.core.actions import action
from kini.core.actors import Actor
from kini.wifi import collecting, forgetting, merging
from kini.wifi.actions.reviews import review_sessions
from kini.wifi.collecting import Chunk
from kini.wifi.models import DetailMark
from kini.wifi.taking import in_turn, only_program

SUBJECT = "wifi:accounting"
log = structlog.get_logger("kini.wifi")


@dataclass(frozen=True, slots=True)
class Collected:
    """Numbers of imported packets and rejected records."""

    packets: int
    rejected: int

    @property
    def read(self) -> bool:
        """True if there was anything to read."""
        return bool(self.packets or self.rejected)


@action
def collect(*, by: Actor, folder: Path) -> Collected:
    """Import one chunk of the oldest detail file of FreeRADIUS.

    Packets and the file offset are stored in one transaction, so every packet counts once even after a crash. Malformed
    records go to a daily file (`spool.REJECTED`) and are counted. A complete file that was read to its end is deleted,
    and so are rejected records whose term is over.

    Raises:
        NotAllowed: if the actor is not the system.
    """
    only_program(by)
    in_turn(SUBJECT)
    now, files = moments.now(), collecting.waiting(folder)
    for path in files:
        mark, _new = DetailMark.objects.select_for_update().get_or_create(file=str(path.resolve()))
        try:
            found = collecting.read_chunk(path, mark.offset, now)
        except OSError as error:
            log.warning("unreadable", file=path.name, fault=error.strerror)
            continue
        if found.end != mark.offset:
            if used_up := merging.merge(found.rows):
                review_sessions(by=by, devices=used_up, reason="used-up")
            mark.offset, mark.packets = found.end, mark.packets + len(found.rows)
            mark.rejected += len(found.rejected)
            mark.save()
            return _collected(by, folder, path, found)
        if collecting.grows_no_more(path, now, newest=path == files[-1]):
            # Store the remainder before deleting the file: a crash in between duplicates it, but never loses it.
            left = _collected(by, folder, path, collecting.unfinished(path, mark.offset))
            mark.delete()
            path.unlink()
            if left.read:
                return left
    collecting.drop_rejected(folder, now)
    return Collected(0, 0)


def _collected(by: Actor, folder: Path, path: Path, found: Chunk) -> Collected:
    """Store rejected records with an audit entry, and build the result for one part of a file."""
    if found.rejected:
        collecting.set_aside(folder, path.name, found, moments.now())
        detail = {"file": path.name, "count": len(found.rejected)}
        audit.record(by=by, action="wifi.records-rejected", subject=SUBJECT, detail=detail)
    return Collected(len(found.rows), len(found.rejected))


@action
def forget_day(*, by: Actor, day: date) -> bool:
    """Remove device and person from the sessions of a day whose term is over; return True if the day is sealed now.

    Raises:
        NotAllowed: if the actor is not the system.
    """
    only_program(by)
    in_turn(SUBJECT)
    if day not in forgetting.due():
        return False
    found = forgetting.strip(day)
    detail = {"sessions": found.sessions, "sealed": found.sealed}
    audit.record(by=by, action="wifi.session-day-forgotten", subject=f"wifi-sessions:{day}", detail=detail)
    return found.sealed


@action
def destroy_pseudonym_keys(*, by: Actor) -> int:
    """Destroy the pseudonym keys of months of which all days are sealed; return their number.

    Raises:
        NotAllowed: if the actor is not the system.
    """
    only_program(by)
    in_turn(SUBJECT)
    months = forgetting.destroy_keys()
    for month in months:
        audit.record(by=by, action="wifi.pseudonym-key-destroyed", subject=f"wifi-pseudonyms:{month:%Y-%m}")
    return len(months)
