"""Import accounting packets, and remove identities from old sessions."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import structlog

from kini.core import audit, current_time
from kini.core.actions import action
from kini.core.actors import Actor
from kini.core.crypto import decrypt, encrypt, needs_rotation
from kini.wifi.accounting import anonymization, ingest, pseudonyms, spool
from kini.wifi.accounting.models import DetailMark
from kini.wifi.accounting.spool import Chunk
from kini.wifi.guards import lock_for_transaction, require_system
from kini.wifi.inventory.actions import BATCH
from kini.wifi.inventory.models import AccessPoint
from kini.wifi.inventory.radius_secrets import secret_context
from kini.wifi.radius.actions import reauthorize_sessions

SUBJECT = "wifi:accounting"
log = structlog.get_logger("kini.wifi")


@dataclass(frozen=True, slots=True)
class CollectResult:
    """Numbers of imported packets and rejected records."""

    packets: int
    rejected: int

    @property
    def read(self) -> bool:
        """True if there was anything to read."""
        return bool(self.packets or self.rejected)


@action
def collect_packets(*, by: Actor, folder: Path) -> CollectResult:
    """Import one chunk of the oldest detail file of FreeRADIUS.

    Packets and the file offset are stored in one transaction, so every packet counts once even after a crash. Malformed
    records go to a daily file (`spool.REJECTED`) and are counted. A complete file that was read to its end is deleted,
    and so are rejected records whose term is over.

    Raises:
        NotAllowed: if the actor is not the system.
    """
    require_system(by)
    lock_for_transaction(SUBJECT)
    now, files = current_time.now(), spool.pending_files(folder)
    for path in files:
        mark, _new = DetailMark.objects.select_for_update().get_or_create(file=str(path.resolve()))
        try:
            chunk = spool.read_chunk(path, mark.offset, now)
        except OSError as error:
            log.warning("unreadable", file=path.name, fault=error.strerror)
            continue
        if chunk.end != mark.offset:
            if used_up := ingest.merge_packets(chunk.rows):
                reauthorize_sessions(by=by, devices=used_up, reason="used-up")
            mark.offset, mark.packets = chunk.end, mark.packets + len(chunk.rows)
            mark.rejected += len(chunk.rejected)
            mark.save()
            return _result(by, folder, path, chunk)
        if spool.is_complete(path, now, newest=path == files[-1]):
            # Store the remainder before deleting the file: a crash in between duplicates it, but never loses it.
            remainder = _result(by, folder, path, spool.read_remainder(path, mark.offset))
            mark.delete()
            path.unlink()
            if remainder.read:
                return remainder
    spool.delete_expired_rejects(folder, now)
    return CollectResult(0, 0)


def _result(by: Actor, folder: Path, path: Path, chunk: Chunk) -> CollectResult:
    """Store rejected records with an audit entry, and build the result for one part of a file."""
    if chunk.rejected:
        spool.store_rejected(folder, path.name, chunk, current_time.now())
        detail = {"file": path.name, "count": len(chunk.rejected)}
        audit.record(by=by, action="wifi.records-rejected", subject=SUBJECT, detail=detail)
    return CollectResult(len(chunk.rows), len(chunk.rejected))


@action
def anonymize_day(*, by: Actor, day: date) -> bool:
    """Remove device and person from the sessions of a day whose term is over; return True if the day is sealed now.

    Raises:
        NotAllowed: if the actor is not the system.
    """
    require_system(by)
    lock_for_transaction(SUBJECT)
    if day not in anonymization.due_days():
        return False
    anonymized = anonymization.strip_identities(day)
    detail = {"sessions": anonymized.sessions, "sealed": anonymized.sealed}
    audit.record(by=by, action="wifi.session-day-forgotten", subject=f"wifi-sessions:{day}", detail=detail)
    return anonymized.sealed


@action
def destroy_pseudonym_keys(*, by: Actor) -> int:
    """Destroy the pseudonym keys of months of which all days are sealed; return their number.

    Raises:
        NotAllowed: if the actor is not the system.
    """
    require_system(by)
    lock_for_transaction(SUBJECT)
    months = anonymization.destroy_month_keys()
    for month in months:
        audit.record(by=by, action="wifi.pseudonym-key-destroyed", subject=f"wifi-pseudonyms:{month:%Y-%m}")
    return len(months)


@action
def rotate_keys(*, by: Actor) -> int:
    """Re-encrypt access point secrets and pseudonym keys that an older key sealed; return the number of secrets."""
    require_system(by)
    lock_for_transaction(SUBJECT)
    old = [each for each in AccessPoint.objects.only("mac", "secret") if needs_rotation(each.secret)]
    for point in old:
        context = secret_context(point.mac)
        point.secret = encrypt(decrypt(point.secret, context), context)
    AccessPoint.objects.bulk_update(old, ["secret"], batch_size=BATCH)
    pseudonyms.rotate_pseudonym_keys()
    audit.record(by=by, action="wifi.keys-rotated", subject="wifi:secrets", detail={"count": len(old)})
    return len(old)
