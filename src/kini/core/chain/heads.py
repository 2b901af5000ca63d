"""Shipping of block heads and audit entries out of the database, to a file or syslog.

Heads outside the database show what a chain cannot show by itself: that its newest blocks are gone, or that the whole
database was reset to an earlier day. Lines are sent at least once, in the order of their blocks.
"""

import json
import os
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

import structlog
from django.conf import settings

from kini.core import syslog
from kini.core.chain.blocks import last_block, seal_all
from kini.core.chain.registry import chains
from kini.core.file_store import sync_folder
from kini.core.jobs import periodic
from kini.core.models import AuditEntry, ChainBlock, ChainShipment

log = structlog.get_logger("kini.chain")

#: Lines per shipment.
BATCH = 1000
#: Subjects with a key made by the program; of others (user input) only the type is sent.
_PLAIN_SUBJECT = re.compile(r"[a-z-]+(:[A-Za-z0-9._-]{1,60})?")

type Ship = Callable[[Iterable[tuple[datetime, str]]], None]


@dataclass(frozen=True, slots=True)
class ChainHead:
    """Head of a chain as it is shipped; it commits to all earlier blocks.

    Attributes:
        last: highest sealed key.
        seal: MAC of the block in hexadecimal.
    """

    chain: str
    number: int
    last: int
    seal: str
    made_at: str

    @classmethod
    def of(cls, block: ChainBlock) -> Self:
        made_at = block.made_at.astimezone(UTC).isoformat(timespec="microseconds")
        return cls(block.chain, block.number, block.last, bytes(block.seal).hex(), made_at)


@periodic("* * * * *", name="core.seal_chains")
def seal_chains() -> None:
    """Seal new rows of every chained table (in the first run all rows), and ship the heads."""
    seal_all()
    ship_all()


def ship_all() -> None:
    """Ship new heads to every configured target; an unreachable one gets them the next time."""
    if path := settings.ENV.chain_heads:
        _ship("file", lambda lines: append(path, [text for _at, text in lines]))
    if settings.ENV.syslog:
        address = syslog.parse_address(settings.ENV.syslog)
        _ship(
            "syslog",
            lambda lines: syslog.send(address, [syslog.format_message("chain-head", text, at) for at, text in lines]),
        )
        if settings.ENV.syslog_audit:
            _ship_audit(
                lambda lines: syslog.send(address, [syslog.format_message("audit", text, at) for at, text in lines])
            )


def append(path: Path, lines: Iterable[str]) -> None:
    """Append lines to a file durably (fsync)."""
    new = not path.exists()
    with path.open("a", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in lines)
        file.flush()
        os.fsync(file.fileno())
    if new:
        path.chmod(0o640)
        sync_folder(path.parent)


def read(path: Path) -> Iterator[ChainHead]:
    """Parse the heads of a shipped file, or of a syslog server's log.

    Raises:
        ValueError: with the number of an invalid line.
    """
    with path.open(encoding="utf-8", errors="replace") as file:
        for number, line in enumerate(file, 1):
            _before, brace, text = line.partition("{")
            if not brace:
                continue
            try:
                yield ChainHead(**json.loads(brace + text))
            except (ValueError, TypeError):
                raise ValueError(f"line {number} of {path} is no head of a chain") from None


def compare(heads: Iterable[ChainHead]) -> Iterator[str]:
    """Compare blocks with shipped heads; yields a sentence for each block that is missing or changed."""
    known = {(block.chain, block.number): ChainHead.of(block) for block in ChainBlock.objects.iterator()}
    for head in heads:
        here = known.get((head.chain, head.number))
        if here is None:
            yield f"{head.chain}: block {head.number}, shipped at {head.made_at}, is gone"
        elif here != head:
            yield f"{head.chain}: block {head.number} is another one than was shipped at {head.made_at}"


def _ship(target: str, ship: Ship) -> None:
    """Ship the new heads of all chains to a target."""
    for name in chains.names():
        shipment, _new = ChainShipment.objects.get_or_create(target=target, chain=name, defaults={"position": 0})
        while blocks := list(
            ChainBlock.objects.filter(chain=name, number__gt=shipment.position).order_by("number")[:BATCH]
        ):
            lines = [(block.made_at, json.dumps(asdict(ChainHead.of(block)))) for block in blocks]
            if not _shipped(target, ship, lines):
                return
            _move(shipment, blocks[-1].number)


def _ship_audit(ship: Ship) -> None:
    """Ship new sealed audit entries, beginning with those since shipping was switched on."""
    block = last_block("audit")
    if block is None:
        return
    shipment, _new = ChainShipment.objects.get_or_create(
        target="syslog", chain="audit entries", defaults={"position": block.first - 1}
    )
    sealed = AuditEntry.objects.filter(pk__lte=block.last).order_by("pk")
    while entries := list(sealed.filter(pk__gt=shipment.position)[:BATCH]):
        if not _shipped("syslog", ship, [(entry.at, json.dumps(siem_entry(entry))) for entry in entries]):
            return
        _move(shipment, entries[-1].pk)


def siem_entry(entry: AuditEntry) -> dict[str, Any]:
    """Audit entry without personal data: no names, details or user input."""
    subject = entry.subject if _PLAIN_SUBJECT.fullmatch(entry.subject) else entry.subject.partition(":")[0]
    return {
        "id": entry.pk,
        "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor": entry.actor_kind,
        "actor_id": entry.actor_id,
        "action": entry.action,
        "subject": subject,
    }


def _shipped(target: str, ship: Ship, lines: list[tuple[datetime, str]]) -> bool:
    try:
        ship(lines)
    except OSError as error:
        log.error("heads of chains could not be shipped", target=target, reason=str(error))
        return False
    return True


def _move(shipment: ChainShipment, position: int) -> None:
    shipment.position = position
    shipment.save(update_fields=["position"])
