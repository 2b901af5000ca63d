"""Canonical forms and digests of a block's rows, and the MACs (seals) of blocks and removals.

Rows are digested as written by PostgreSQL's text COPY (tab-separated, one line a row, in the order of their keys), so
that an auditor can compute a digest without this program:

    psql -c "COPY (SELECT id, ... FROM table WHERE id BETWEEN first AND last ORDER BY id) TO STDOUT" | sha256sum
"""

import hashlib
import json
from collections.abc import Buffer, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import connection
from psycopg import sql

from kini.core.crypto import mac, matches_mac
from kini.core.database.bulk import open_copy
from kini.core.models import ChainBlock, ChainRemoval

PURPOSE = "chain"
NO_BLOCK = bytes(32)
#: Fix the format of values independently of the settings of server and role, and read rows by the index of their key.
_FORM = """
    SELECT set_config('timezone', 'UTC', true), set_config('datestyle', 'ISO, YMD', true),
        set_config('bytea_output', 'hex', true), set_config('extra_float_digits', '1', true),
        set_config('intervalstyle', 'postgres', true),
        set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', 'off', true)
"""


@dataclass(frozen=True, slots=True)
class RowsDigest:
    """Digest of consecutive rows: their number, the last key (0: none), the SHA-256."""

    count: int
    last: int
    digest: bytes


def rows_digest(table: str, columns: Sequence[str], first: int, last: int, most: int | None = None) -> RowsDigest:
    """Digest the rows with keys from `first` to `last`, at most `most` of them. Within a transaction."""
    key = sql.Identifier(columns[0])
    statement = sql.SQL(
        "COPY (SELECT {columns} FROM {table} WHERE {key} BETWEEN {first} AND {last} ORDER BY {key} LIMIT {most})"
        " TO STDOUT"
    ).format(
        columns=sql.SQL(", ").join(map(sql.Identifier, columns)),
        table=sql.Identifier(table),
        key=key,
        first=sql.Literal(first),
        last=sql.Literal(last),
        most=sql.Literal(most),
    )
    with connection.cursor() as cursor:
        cursor.execute(_FORM)
    digest, count = hashlib.sha256(), 0
    line: Buffer = b""
    with open_copy(statement) as copy:
        for line in copy:  # one message a row
            digest.update(line)
            count += 1
    return RowsDigest(count, int(bytes(line).partition(b"\t")[0]) if count else 0, digest.digest())


def block_seal(block: ChainBlock) -> bytes:
    """Compute the MAC over all columns of a block."""
    return mac(_block(block), PURPOSE)


def is_block_sealed(block: ChainBlock) -> bool:
    """Verify the MAC of a block, under any key of the ring."""
    return matches_mac(block.seal, _block(block), PURPOSE)


def _block(block: ChainBlock) -> bytes:
    return _canonical(
        block.chain,
        block.number,
        block.first,
        block.last,
        block.rows,
        block.columns,
        bytes(block.digest).hex(),
        bytes(block.previous).hex(),
        _moment(block.made_at),
    )


def removal_seal(removal: ChainRemoval) -> bytes:
    """Compute the MAC over a record of removed rows."""
    return mac(_removal(removal), PURPOSE)


def is_removal_sealed(removal: ChainRemoval) -> bool:
    """Verify the MAC of a record of removed rows, under any key of the ring."""
    return matches_mac(removal.seal, _removal(removal), PURPOSE)


def _removal(removal: ChainRemoval) -> bytes:
    return _canonical(
        "removal",
        removal.chain,
        removal.subject,
        removal.rule,
        removal.rows,
        bytes(removal.digest).hex(),
        _moment(removal.at),
    )


def _canonical(*values: Any) -> bytes:
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode()


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")
