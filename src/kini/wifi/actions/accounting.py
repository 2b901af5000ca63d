"""Accounting: what FreeRADIUS wrote down is brought into the tables, and leads to nobody once its time is over."""

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
    """How many packets were brought in, and how many records were set aside."""

    packets: int
    rejected: int

    @property
    def read(self) -> bool:
        """Whether there was anything to read."""
        return bool(self.packets or self.rejected)


@action
def collect(*, by: Actor, folder: Path) -> Collected:
    """Bring what FreeRADIUS wrote into its detail files into the tables: one chunk of the oldest file.

    Packets and the place up to which they were read are stored together, so that each counts once, whoever falls when.
    Records that are no packets go to a file of the day (`collecting.REJECTED`) and are counted. A file that is read to
    its end and grows no more is removed, and what was set aside when its time is over.

    Raises:
        NotAllowed: for anybody but the program.
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
            # Set aside before the file goes: a fall in between leaves it twice, and never nowhere.
            left = _collected(by, folder, path, collecting.unfinished(path, mark.offset))
            mark.delete()
            path.unlink()
            if left.read:
                return left
    collecting.drop_rejected(folder, now)
    return Collected(0, 0)


def _collected(by: Actor, folder: Path, path: Path, found: Chunk) -> Collected:
    """What came of a part of a file; what is no packet is set aside, and told of in the audit trail."""
    if found.rejected:
        collecting.set_aside(folder, path.name, found, moments.now())
        detail = {"file": path.name, "count": len(found.rejected)}
        audit.record(by=by, action="wifi.records-rejected", subject=SUBJECT, detail=detail)
    return Collected(len(found.rows), len(found.rejected))


@action
def forget_day(*, by: Actor, day: date) -> bool:
    """Take from the sessions of a day whose time is over what leads to a device or a person; whether it is sealed then.

    Raises:
        NotAllowed: for anybody but the program.
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
    """Destroy the keys from which the pseudonyms of months were made all of whose days are sealed; how many.

    Raises:
        NotAllowed: for anybody but the program.
    """
    only_program(by)
    in_turn(SUBJECT)
    months = forgetting.destroy_keys()
    for month in months:
        audit.record(by=by, action="wifi.pseudonym-key-destroyed", subject=f"wifi-pseudonyms:{month:%Y-%m}")
    return len(months)
