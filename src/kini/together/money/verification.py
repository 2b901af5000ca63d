"""Verification of money: gifts and payouts are replayed from zero, and compared with pools, ledger and payments."""

from collections.abc import Iterator

from django.db import connection

from kini.payments import public as payments
from kini.together.programmes import giving

#: Each query gives one sentence a row; none in a sound database.
_FINDINGS = (
    """
    WITH g AS (
        SELECT pool_id, sum(amount) FILTER (WHERE state = 'promised') AS promised,
            sum(amount) FILTER (WHERE state = 'held') AS received FROM together_gift GROUP BY 1
    ), o AS (
        SELECT pool_id, sum(amount) FILTER (WHERE sort = 'packages') AS paid_out,
            sum(amount) FILTER (WHERE sort = 'costs') AS costs
        FROM together_payout WHERE state IN ('paid', 'settled') GROUP BY 1
    )
    SELECT format('pool %s counts %s promised, %s received, %s paid out and %s costs, but its rows %s, %s, %s and %s',
        p.reference, p.promised, p.received, p.paid_out, p.costs, coalesce(g.promised, 0), coalesce(g.received, 0),
        coalesce(o.paid_out, 0), coalesce(o.costs, 0))
    FROM together_pool p LEFT JOIN g ON g.pool_id = p.id LEFT JOIN o ON o.pool_id = p.id
    WHERE (p.promised, p.received, p.paid_out, p.costs) IS DISTINCT FROM
        (coalesce(g.promised, 0), coalesce(g.received, 0), coalesce(o.paid_out, 0), coalesce(o.costs, 0))
    """,
    """
    WITH balances AS (
        SELECT split_part(replace(account, 'stock:', ''), ':', 4)::bigint AS pool_id, unit,
            sum(amount) FILTER (WHERE account LIKE 'stock:together:money:promised:%') AS promised,
            sum(amount) FILTER (WHERE account LIKE 'stock:together:money:held:%') AS held,
            sum(amount) FILTER (WHERE account LIKE '%together:money:costs:%') AS costs,
            sum(amount) FILTER (WHERE account LIKE 'stock:together:money:transit:%'
                OR account LIKE 'together:money:received:%' OR account LIKE 'together:money:written-off:%') AS paid_out
        FROM ledger_posting WHERE account ~ '^(stock:)?together:money:' GROUP BY 1, 2
    )
    SELECT format('pool %s: its ledger has %s promised, %s held, %s costs and %s paid out', p.reference,
        coalesce(b.promised, 0), coalesce(b.held, 0), coalesce(b.costs, 0), coalesce(b.paid_out, 0))
    FROM together_pool p LEFT JOIN balances b ON b.pool_id = p.id AND b.unit = p.currency
    WHERE (p.promised, p.received - p.paid_out - p.costs, p.costs, p.paid_out) IS DISTINCT FROM
        (coalesce(b.promised, 0), coalesce(b.held, 0), coalesce(b.costs, 0), coalesce(b.paid_out, 0))
    """,
    """
    SELECT format('pool %s paid %s for costs, above %s per cent of %s', reference, costs, costs_percent, received)
    FROM together_pool WHERE costs > floor(received * costs_percent / 100)
    """,
    """
    SELECT format('gift %s is %s, but its ledger has %s', g.reference, g.state, coalesce(e.keys, 'nothing'))
    FROM together_gift g LEFT JOIN (
        SELECT split_part(key, ':', 3)::bigint AS id, string_agg(split_part(key, ':', 4), ',' ORDER BY id) AS keys
        FROM ledger_entry WHERE key LIKE 'together:gift:%' GROUP BY 1
    ) e ON e.id = g.id
    WHERE coalesce(e.keys, '') NOT IN (
        g.state, 'promised,' || g.state, CASE g.state WHEN 'refunded' THEN 'promised,held,refunded' ELSE '-' END)
    """,
    """
    SELECT format('gift %s is %s without a settled payment of %s', g.reference, g.state, g.amount)
    FROM together_gift g LEFT JOIN payments_payment p ON p.bill_id = g.bill_id AND p.state = 'paid'
    WHERE g.state = 'held' AND p.received IS DISTINCT FROM g.amount
        OR g.state IN ('lapsed', 'withdrawn') AND p.id IS NOT NULL
    """,
    """
    SELECT format('payout %s is %s, but its ledger has %s', o.id, o.state, coalesce(e.keys, 'nothing'))
    FROM together_payout o LEFT JOIN (
        SELECT split_part(key, ':', 3)::bigint AS id, string_agg(split_part(key, ':', 4), ',' ORDER BY id) AS keys
        FROM ledger_entry WHERE key LIKE 'together:payout:%' GROUP BY 1
    ) e ON e.id = o.id
    WHERE coalesce(e.keys, '') <> CASE WHEN o.state IN ('proposed', 'declined') THEN ''
        WHEN o.state = 'paid' THEN 'paid' ELSE 'paid,' || o.state END
    """,
)
#: What the city holds of gifts by its payments, and what pools hold, with what was paid and not yet taken by a pool.
_HELD = """
    SELECT (SELECT coalesce(sum(received - paid_out - costs), 0) FROM together_pool) + (
        SELECT coalesce(sum(p.received), 0) FROM together_gift g
        JOIN payments_payment p ON p.bill_id = g.bill_id AND p.state = 'paid' WHERE g.state = 'promised')
"""
_SIZE = (
    "SELECT (SELECT count(*) FROM together_gift), (SELECT count(*) FROM together_payout), count(*) FROM together_pool"
)


def differences() -> Iterator[str]:
    """Yield a sentence for each pool, gift and payout that does not agree with the ledger or with payments."""
    for query in _FINDINGS:
        with connection.cursor() as cursor:
            cursor.execute(query)
            for (finding,) in cursor.fetchall():
                yield finding
    known = giving()
    if known and known.register_:
        income = -payments.ledger.balances().get(f"income:{known.register_}", 0)
        with connection.cursor() as cursor:
            cursor.execute(_HELD)
            [held] = cursor.fetchone()
        if income != held:
            yield f"payments hold {income} of gifts, but the pools {held}"


def size() -> tuple[int, int, int]:
    """Return the numbers of gifts, payouts and pools."""
    with connection.cursor() as cursor:
        cursor.execute(_SIZE)
        gifts, payouts, pools = cursor.fetchone()
        return gifts, payouts, pools
