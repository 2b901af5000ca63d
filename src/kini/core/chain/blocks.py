"""Sealing of chained tables in blocks, outside of requests.

A sequence hands out keys before their rows are committed, so a row with a lower key may appear after one with a higher
key, and a block must not end before such a row. Sealing is therefore first proposed up to the highest visible key,
together with the transactions that write to the table at that time, and done once all of them have ended: a transaction
with a lower key held its lock on the table before it took the key (PostgreSQL locks the target of an INSERT before it
computes defaults). Gaps left by aborted transactions remain.
"""

from collections.abc import Iterator
from datetime import datetime

from django.db import connection, transaction
from psycopg import sql

from kini.core import current_time
from kini.core.chain import digests
from kini.core.chain.registry import Chain, chains
from kini.core.models import ChainBlock, ChainProposal

#: Rows per block, and so the precision with which tampering is located.
BLOCK_ROWS = 10_000
#: Transactions that are writing to a table, and the start of the server.
_WRITERS = """
    SELECT coalesce(array_agg(DISTINCT virtualtransaction), '{}'), pg_postmaster_start_time() FROM pg_locks
    WHERE locktype = 'relation' AND relation = %s::regclass AND mode = 'RowExclusiveLock'
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
_LOCK = "SELECT pg_try_advisory_xact_lock(hashtextextended('kini chain ' || %s, 0))"


def seal_all() -> int:
    """Seal new rows of every chain and return the number of blocks."""
    return sum(len(list(seal(name))) for name in chains.names())


def seal(name: str) -> Iterator[ChainBlock]:
    """Seal new rows of one chain, block by block, each in its own transaction."""
    chain = chains.get(name)
    for bound_of in (_ripe, _proposed):
        bound = bound_of(name, chain)
        while bound is not None and (block := _seal_next(name, chain, bound)):
            yield block


def last_block(name: str) -> ChainBlock | None:
    return ChainBlock.objects.filter(chain=name).order_by("-number").first()


def _ripe(name: str, chain: Chain) -> int | None:
    """Key up to which an earlier run proposed to seal, once the transactions of that time have ended."""
    proposal = ChainProposal.objects.filter(chain=name).first()
    if proposal is None:
        return None
    writers, server = _writers(chain)
    if proposal.server != server:  # restarted or restored: transaction ids are of another server
        proposal.delete()
        return None
    return None if writers & set(proposal.writers) else proposal.last


def _proposed(name: str, chain: Chain) -> int | None:
    """Propose to seal up to the highest key; returns it when no transaction is writing."""
    if ChainProposal.objects.filter(chain=name).exists():
        return None
    highest = _highest(chain)  # before the writers: see above
    writers, server = _writers(chain)
    last = last_block(name)
    if highest <= (last.last if last else 0):
        return None
    if writers:
        ChainProposal.objects.create(chain=name, last=highest, writers=sorted(writers), server=server)
        return None
    return highest


def _seal_next(name: str, chain: Chain, bound: int) -> ChainBlock | None:
    """Seal the next block of rows up to `bound`; None when all are sealed, or another process is sealing."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_LOCK, [name])
        if not cursor.fetchone()[0]:
            return None
        before = last_block(name)
        first = before.last + 1 if before else 0
        rows = digests.rows_digest(chain.table, chain.columns, first, bound, BLOCK_ROWS)
        if not rows.count:
            ChainProposal.objects.filter(chain=name, last__lte=bound).delete()
            return None
        block = ChainBlock(
            chain=name,
            number=before.number + 1 if before else 1,
            first=first,
            last=rows.last,
            rows=rows.count,
            columns=list(chain.columns),
            digest=rows.digest,
            previous=bytes(before.seal) if before else digests.NO_BLOCK,
            made_at=current_time.now(),
        )
        block.seal = digests.block_seal(block)
        block.save(force_insert=True)
        return block


def _highest(chain: Chain) -> int:
    statement = sql.SQL("SELECT coalesce(max({}), 0) FROM {}")
    with connection.cursor() as cursor:
        cursor.execute(statement.format(sql.Identifier(chain.key), sql.Identifier(chain.table)).as_string(None))
        return int(cursor.fetchone()[0])


def _writers(chain: Chain) -> tuple[set[str], datetime]:
    with connection.cursor() as cursor:
        cursor.execute(_WRITERS, [chain.table])
        writers, server = cursor.fetchone()
        return set(writers), server
