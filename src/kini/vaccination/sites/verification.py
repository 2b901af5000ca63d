"""Verification of stock and places: bookings, quotas and the ledger are compared, and every difference is named."""

from collections.abc import Iterator

from django.db import connection

#: Each query gives one sentence a row; none in a sound database.
_FINDINGS = (
    # Counters of places against bookings.
    """
    SELECT format('quota %s of session %s counts %s taken places, but its bookings take %s',
        q.id, v.slot_id, q.taken, coalesce(b.places, 0))
    FROM vaccination_session v JOIN booking_quota q ON q.slot_id = v.slot_id
    LEFT JOIN (
        SELECT quota_id, sum(party) AS places FROM booking_booking
        WHERE state IN ('held', 'offered', 'confirmed', 'arrived', 'served', 'missed') GROUP BY quota_id
    ) AS b ON b.quota_id = q.id
    WHERE q.taken <> coalesce(b.places, 0) OR q.taken > q.capacity
    """,
    # Places against doses set aside: of open sessions exactly, of settled ones nothing.
    """
    SELECT format('quota %s of session %s has %s microlitres open and %s booked or served; its places are %s and %s',
        id, slot_id, open, booked, wanted_open, wanted_booked)
    FROM (
        SELECT q.id, v.slot_id, coalesce(o.balance, 0) AS open,
            coalesce(b.balance, 0) + CASE WHEN v.settled_at IS NULL THEN coalesce(s.balance, 0) ELSE 0 END AS booked,
            CASE WHEN v.settled_at IS NULL THEN (q.capacity - q.taken)::bigint * v.dose_ul ELSE 0 END AS wanted_open,
            CASE WHEN v.settled_at IS NULL THEN q.taken::bigint * v.dose_ul ELSE 0 END AS wanted_booked
        FROM vaccination_session v JOIN booking_quota q ON q.slot_id = v.slot_id
        LEFT JOIN ledger_balance o ON o.unit = 'vaccine:' || v.vaccine
            AND o.account = 'stock:doses:' || v.site_id || ':open:' || q.id
        LEFT JOIN ledger_balance b ON b.unit = 'vaccine:' || v.vaccine
            AND b.account = 'stock:doses:' || v.site_id || ':booked:' || q.id
        LEFT JOIN ledger_balance s ON s.unit = 'vaccine:' || v.vaccine
            AND s.account = 'doses:' || v.site_id || ':served:' || q.id
    ) AS compared
    WHERE open <> wanted_open OR booked <> wanted_booked
    """,
    # Promised doses against vaccine that exists.
    """
    WITH usable AS (
        SELECT split_part(account, ':', 3) AS site, split_part(unit, '/', 1) AS vaccine, sum(balance) AS amount
        FROM ledger_balance
        WHERE account LIKE 'stock:vaccine:%' AND split_part(account, ':', 4) IN ('sealed', 'vial') GROUP BY 1, 2
    ), promised AS (
        SELECT site, vaccine, sum(amount) AS amount FROM (
            SELECT split_part(account, ':', 3) AS site, unit AS vaccine, balance AS amount
            FROM ledger_balance WHERE account LIKE 'stock:doses:%'
            UNION ALL
            SELECT split_part(account, ':', 2), unit, balance
            FROM ledger_balance WHERE account LIKE 'doses:%' AND split_part(account, ':', 3) = 'short'
        ) AS each GROUP BY 1, 2
    )
    SELECT format('site %s has %s microlitres of %s, but promises %s', site, coalesce(u.amount, 0), vaccine,
        coalesce(p.amount, 0))
    FROM usable u FULL JOIN promised p USING (site, vaccine) WHERE coalesce(u.amount, 0) <> coalesce(p.amount, 0)
    """,
    # Doses that are kept for second doses against their list.
    """
    SELECT format('site %s keeps %s microlitres of %s for second doses, but its list has %s',
        site, coalesce(b.balance, 0), vaccine, coalesce(s.amount, 0))
    FROM (
        SELECT split_part(account, ':', 3) AS site, split_part(unit, ':', 2) AS vaccine, balance FROM ledger_balance
        WHERE account LIKE 'stock:doses:%:second'
    ) AS b FULL JOIN (
        SELECT site_id AS site, vaccine, sum(dose_ul) AS amount FROM vaccination_seconddose WHERE kept GROUP BY 1, 2
    ) AS s USING (site, vaccine)
    WHERE coalesce(b.balance, 0) <> coalesce(s.amount, 0)
    """,
    # Doses that are added to appointments against their list, and against the site of the appointment.
    """
    SELECT format('site %s has %s microlitres of %s added to appointments, but its list has %s',
        site, coalesce(b.balance, 0), vaccine, coalesce(s.amount, 0))
    FROM (
        SELECT split_part(account, ':', 3) AS site, split_part(unit, ':', 2) AS vaccine, balance FROM ledger_balance
        WHERE account LIKE 'stock:doses:%:added'
    ) AS b FULL JOIN (
        SELECT site_id AS site, vaccine, sum(dose_ul) AS amount FROM vaccination_addeddose
        WHERE ended_at IS NULL GROUP BY 1, 2
    ) AS s USING (site, vaccine)
    WHERE coalesce(b.balance, 0) <> coalesce(s.amount, 0)
    """,
    """
    SELECT format('added dose %s is set aside at site %s for booking %s, which is %s there',
        added.id, added.site_id, booking.reference, booking.state)
    FROM vaccination_addeddose added JOIN booking_booking booking ON booking.id = added.booking_id
    LEFT JOIN vaccination_session session ON session.slot_id = booking.slot_id
    WHERE added.ended_at IS NULL AND (
        booking.state IN ('cancelled', 'expired') OR session.site_id IS DISTINCT FROM added.site_id
        OR session.settled_at IS NOT NULL
    )
    """,
)
_SIZE = """
    SELECT (SELECT count(*) FROM vaccination_session), count(*), coalesce(sum(q.capacity), 0), coalesce(sum(q.taken), 0)
    FROM vaccination_session v JOIN booking_quota q ON q.slot_id = v.slot_id
"""


def differences() -> Iterator[str]:
    """Yield a sentence for each quota, site and vaccine whose stock and places disagree."""
    for query in _FINDINGS:
        with connection.cursor() as cursor:
            cursor.execute(query)
            for (finding,) in cursor.fetchall():
                yield finding


def places() -> tuple[int, int, int, int]:
    """Return the numbers of sessions, quotas, places, and taken places."""
    with connection.cursor() as cursor:
        cursor.execute(_SIZE)
        sessions, quotas, capacity, taken = cursor.fetchone()
        return sessions, quotas, capacity, taken
