"""Accounting: what FreeRADIUS wrote down, brought into the tables."""

from dataclasses import dataclass
from pathlib import Path

from kini.core import audit, moments
from kini.core.actions import action
from kini.core.actors import Actor
from kini.wifi import collecting
from kini.wifi.actions.reviews import review_sessions
from kini.wifi.models import DetailMark
from kini.wifi.taking import in_turn, only_program

SUBJECT = "wifi:accounting"


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
    Records that are no packets go to the file `rejected` and are counted. A file that is read to its end, and that a
    newer one follows, is removed.

    Raises:
        NotAllowed: for anybody but the program.
    """
    only_program(by)
    in_turn(SUBJECT)
    files = collecting.waiting(folder)
    for number, path in enumerate(files):
        mark, _new = DetailMark.objects.select_for_update().get_or_create(file=str(path.resolve()))
        found = collecting.read_chunk(path, mark.offset, moments.now())
        if found.end > mark.offset:
            if used_up := collecting.merge(found.packets):
                review_sessions(by=by, devices=used_up, reason="used-up")
            mark.offset, mark.packets = found.end, mark.packets + len(found.packets)
            mark.rejected += len(found.rejected)
            mark.save()
            if found.rejected:
                collecting.set_aside(folder, path.name, found)
                detail = {"file": path.name, "count": len(found.rejected)}
                audit.record(by=by, action="wifi.records-rejected", subject=SUBJECT, detail=detail)
            return Collected(len(found.packets), len(found.rejected))
        if number + 1 < len(files) and collecting.grows_no_more(path, moments.now()):
            mark.delete()
            path.unlink()
    return Collected(0, 0)
