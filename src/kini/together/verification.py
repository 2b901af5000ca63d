"""Verification of mutual help: pledges are replayed from zero and compared with lines and the ledger."""

from collections.abc import Iterator

from django.db import connection

from kini.together import head_signatures, public_ledger
from kini.together.money import verification as money

#: Each query gives one sentence a row; none in a sound database. Pledges that retention removed stay in the ledger, so
#: the ledger is compared by entry.
_FINDINGS = (
    """
    SELECT format('line %s of need %s counts %s pledged and %s received, but its pledges add up to %s and %s',
        l.id, n.reference, l.pledged, l.received, coalesce(p.pledged, 0), coalesce(p.received, 0))
    FROM together_needline l JOIN together_need n ON n.id = l.need_id LEFT JOIN (
        SELECT p.line_id,
            sum(p.quantity) FILTER (
                WHERE p.state IN ('held', 'confirmed', 'on-the-way', 'delivered', 'disputed')) AS pledged,
            sum(d.agreed_quantity) FILTER (WHERE p.state = 'received') AS received
        FROM together_pledge p LEFT JOIN together_delivery d ON d.pledge_id = p.id GROUP BY p.line_id
    ) AS p ON p.line_id = l.id
    WHERE l.pledged <> coalesce(p.pledged, 0) OR l.received <> coalesce(p.received, 0)
        OR l.pledged + l.received > l.needed
    """,
    """
    WITH replayed AS (
        SELECT split_part(e.subject, ':', 2) AS reference,
            sum(g.amount) FILTER (WHERE g.account LIKE 'stock:together:promised:%') AS promised,
            sum(g.amount) FILTER (WHERE g.account LIKE 'stock:together:transit:%') AS transit,
            sum(g.amount) FILTER (WHERE g.account LIKE 'together:received:%') AS received
        FROM ledger_entry e JOIN ledger_posting g ON g.entry_id = e.id
        WHERE e.key LIKE 'together:pledge:%' GROUP BY 1
    )
    SELECT format('pledge %s is %s, but the ledger has %s promised, %s in transit and %s received',
        p.reference, p.state, coalesce(r.promised, 0), coalesce(r.transit, 0), coalesce(r.received, 0))
    FROM together_pledge p LEFT JOIN together_delivery d ON d.pledge_id = p.id
    LEFT JOIN replayed r ON r.reference = p.reference
    WHERE coalesce(r.promised, 0) <> CASE WHEN p.state IN ('held', 'confirmed') THEN p.quantity ELSE 0 END
        OR coalesce(r.transit, 0)
            <> CASE WHEN p.state IN ('on-the-way', 'delivered', 'disputed') THEN p.quantity ELSE 0 END
        OR coalesce(r.received, 0) <> CASE WHEN p.state = 'received' THEN coalesce(d.agreed_quantity, 0) ELSE 0 END
    """,
    """
    SELECT format('pledge %s is %s, but has %s delivery', p.reference, p.state, count(d.id))
    FROM together_pledge p LEFT JOIN together_delivery d ON d.pledge_id = p.id
    WHERE (d.id IS NOT NULL) <> (p.state IN ('delivered', 'disputed', 'received'))
    GROUP BY p.id
    """,
)
_SIZE = """
    SELECT (SELECT count(*) FROM together_need), count(*),
        (SELECT count(*) FROM together_delivery WHERE agreed_quantity IS NOT NULL)
    FROM together_pledge
"""


def differences() -> Iterator[str]:
    """Yield a sentence for each line and pledge that does not agree with the ledger."""
    for query in _FINDINGS:
        with connection.cursor() as cursor:
            cursor.execute(query)
            for (finding,) in cursor.fetchall():
                yield finding
    yield from money.differences()
    yield from public_ledger.chain_differences()
    yield from head_signatures.differences()


def size() -> tuple[int, int, int]:
    """Return the numbers of needs, pledges and received deliveries."""
    with connection.cursor() as cursor:
        cursor.execute(_SIZE)
        needs, pledges, deliveries = cursor.fetchone()
        return needs, pledges, deliveries
