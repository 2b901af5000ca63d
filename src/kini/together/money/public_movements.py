"""Movements of money for the public ledger: by programme, area and giver, counted by gifts or packages.

Gifts of residents are counted by gifts. Named givers, costs and refunds to named givers are public as they are; what is
paid for packages is counted by packages, for the amount divided by the price would tell their number.
"""

from collections import defaultdict
from datetime import datetime

from django.db import connection

from kini.together.rules import SMALLEST_COUNT, is_publishable

RESIDENT = "resident"
_GIFTS = """
    SELECT split_part(e.key, ':', 4), p.programme, p.currency, d.name, sum(g.amount), count(*)
    FROM ledger_entry e
    JOIN together_gift g ON g.id = split_part(e.key, ':', 3)::bigint
    JOIN together_pool p ON p.id = g.pool_id
    JOIN together_giver d ON d.id = g.giver_id
    WHERE e.key LIKE 'together:gift:%%' AND e.at >= %s AND e.at < %s
        AND (e.key LIKE '%%:held' OR e.key LIKE '%%:refunded' AND g.paid_on IS NOT NULL AND EXISTS (
            SELECT FROM ledger_entry h WHERE h.key = 'together:gift:' || g.id || ':held'))
    GROUP BY 1, 2, 3, 4
"""
_PAYOUTS = """
    SELECT split_part(e.key, ':', 4), o.sort, p.programme, p.currency, a.name, o.amount, coalesce(l.quantity, 0),
        b.area_id, b.kind, b.hidden, b.families,
        (SELECT coalesce(sum(s.amount), 0) FROM ledger_posting s
            WHERE s.entry_id = e.id AND s.account LIKE 'together:money:received:%%')
    FROM ledger_entry e
    JOIN together_payout o ON o.id = split_part(e.key, ':', 3)::bigint
    JOIN together_pool p ON p.id = o.pool_id
    JOIN together_giver a ON a.id = p.giver_id
    LEFT JOIN together_pledge l ON l.id = o.pledge_id
    LEFT JOIN together_needline n ON n.id = l.line_id
    LEFT JOIN together_need d ON d.id = n.need_id
    LEFT JOIN together_beneficiary b ON b.id = d.beneficiary_id
    WHERE e.key LIKE 'together:payout:%%' AND e.at >= %s AND e.at < %s
"""
type Group = tuple[str, str, str, str, str]


def money_movements(starts: datetime, ends: datetime, city: str) -> dict[Group, tuple[int, int]]:
    """Amount and number counted of each group (movement, programme, currency, area, giver) in a span of time."""
    groups: defaultdict[Group, tuple[int, int]] = defaultdict(lambda: (0, 0))

    def add(movement: str, about: tuple[str, str, str, str], amount: int, counted: int) -> None:
        if amount:
            known = groups[movement, *about]
            groups[movement, *about] = (known[0] + amount, known[1] + counted)

    with connection.cursor() as cursor:
        cursor.execute(_GIFTS, [starts, ends])
        for state, programme, currency, giver, amount, count in cursor.fetchall():
            about = (programme, currency, city, giver or RESIDENT)
            add("given" if state == "held" else "refunded", about, int(amount), SMALLEST_COUNT if giver else count)
        cursor.execute(_PAYOUTS, [starts, ends])
        for state, sort, programme, currency, giver, amount, packages, *place, arrived in cursor.fetchall():
            area, kind, hidden, families = place
            shown = area if kind and is_publishable(kind, hidden, families) else city
            about = (programme, currency, shown, giver)
            if state == "settled":
                add("spent", about, int(arrived), packages)
                add("lost", about, amount - int(arrived), packages)
            elif sort == "costs":
                add("costs" if state == "paid" else "paid-back", about, amount, SMALLEST_COUNT)
            else:
                add("paid-out" if state == "paid" else "paid-back", about, amount, packages)
    return groups
