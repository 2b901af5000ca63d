"""Triggers keep the counters of bookings; a place is taken, moved or offered by one statement."""

from django.db import migrations

TAKING = "ARRAY['held', 'offered', 'confirmed', 'arrived', 'served', 'missed']"
PASSING = "('held', 'offered')"

# Whoever writes a booking, its quota counts it. What would oversell fails at the quota's check.
COUNT = f"""
CREATE FUNCTION kini_booking_count() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before integer := CASE WHEN TG_OP <> 'INSERT' AND OLD.state = ANY({TAKING}) THEN OLD.party ELSE 0 END;
    after integer := CASE WHEN TG_OP <> 'DELETE' AND NEW.state = ANY({TAKING}) THEN NEW.party ELSE 0 END;
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.quota_id = NEW.quota_id AND OLD.slot_id = NEW.slot_id THEN
        IF after <> before THEN
            UPDATE booking_quota SET taken = taken + after - before WHERE id = NEW.quota_id;
        END IF;
        RETURN NULL;
    END IF;
    IF before <> 0 THEN
        UPDATE booking_quota SET taken = taken - before WHERE id = OLD.quota_id;
    END IF;
    IF after <> 0 THEN
        UPDATE booking_quota SET taken = taken + after WHERE id = NEW.quota_id AND slot_id = NEW.slot_id;
        IF NOT FOUND THEN
            RAISE EXCEPTION USING
                ERRCODE = 'integrity_constraint_violation',
                MESSAGE = format('booking %s takes of a quota that is not of its slot', NEW.reference);
        END IF;
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER booking_booking_count AFTER INSERT OR DELETE OR UPDATE OF state, party, quota_id, slot_id
    ON booking_booking FOR EACH ROW EXECUTE FUNCTION kini_booking_count();
"""
NO_COUNT = """
DROP TRIGGER booking_booking_count ON booking_booking;
DROP FUNCTION kini_booking_count();
"""

# The quota of a slot that has room, locked; holds that have passed make room first, without waiting for anybody.
ROOM = f"""
CREATE FUNCTION kini_booking_room(at timestamptz, wanted_slot bigint, groups text[], size integer) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    one bigint;
    fits boolean;
BEGIN
    FOR one IN
        SELECT id FROM booking_quota WHERE slot_id = wanted_slot AND "group" = ANY(groups)
        ORDER BY array_position(groups, "group"::text)
    LOOP
        SELECT taken + size <= capacity INTO fits FROM booking_quota WHERE id = one FOR NO KEY UPDATE;
        IF NOT fits THEN
            UPDATE booking_booking SET state = 'expired', expires_at = NULL, ended_at = at WHERE id IN (
                SELECT id FROM booking_booking
                WHERE quota_id = one AND state IN {PASSING} AND expires_at <= at FOR UPDATE SKIP LOCKED
            );
            SELECT taken + size <= capacity INTO fits FROM booking_quota WHERE id = one;
        END IF;
        IF fits THEN
            RETURN one;
        END IF;
    END LOOP;
    RETURN NULL;
END
$$;
"""

# Whether somebody waits for a slot: what becomes free is theirs. Who threw their draft away waits no more.
WAITS = """
CREATE FUNCTION kini_booking_waits(wanted_slot bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM booking_booking WHERE slot_id = wanted_slot AND state = 'waiting' AND draft_id IS NOT NULL
    )
$$;
"""

# Holds or confirms places: 'booked', 'full', 'closed' (not open now), or 'double' (the person has one in the period).
# What they held or waited for in the same period before is given up for it.
BOOK = f"""
CREATE FUNCTION kini_book(
    at timestamptz, wanted_slot bigint, groups text[], size integer, who bigint, once text, ref text,
    becomes text, until timestamptz, booked_by bigint, from_draft uuid, sealed bytea
) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    room bigint;
BEGIN
    PERFORM 1 FROM booking_slot WHERE id = wanted_slot AND closed_at IS NULL AND opens_at <= at;
    IF NOT FOUND THEN
        RETURN 'closed';
    END IF;
    UPDATE booking_booking
    SET state = CASE WHEN state = 'offered' THEN 'expired' ELSE 'cancelled' END, expires_at = NULL, ended_at = at
    WHERE id IN (
        SELECT id FROM booking_booking
        WHERE resident_id = who AND period = once
            AND (state IN ('held', 'waiting') OR (state = 'offered' AND expires_at <= at))
        FOR UPDATE SKIP LOCKED
    );
    IF who IS NOT NULL AND kini_booking_waits(wanted_slot) THEN
        RETURN 'full';
    END IF;
    room := kini_booking_room(at, wanted_slot, groups, size);
    IF room IS NULL THEN
        RETURN 'full';
    END IF;
    INSERT INTO booking_booking (
        reference, slot_id, quota_id, "group", party, state, resident_id, period, user_id, draft_id, request,
        made_at, expires_at, number
    ) VALUES (
        ref, wanted_slot, room, groups[1], size, becomes, who, once, booked_by, from_draft, sealed, at, until, ''
    ) ON CONFLICT DO NOTHING;
    RETURN CASE WHEN FOUND THEN 'booked' ELSE 'double' END;
END
$$;
"""

# Takes a booking to another slot, both counters in one step: 'booked', 'full', 'closed' or 'double'.
MOVE = """
CREATE FUNCTION kini_rebook(at timestamptz, moved bigint, wanted_slot bigint, groups text[], once text) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
    known booking_booking;
    room bigint;
BEGIN
    PERFORM 1 FROM booking_slot WHERE id = wanted_slot AND closed_at IS NULL AND opens_at <= at;
    IF NOT FOUND THEN
        RETURN 'closed';
    END IF;
    SELECT * INTO known FROM booking_booking WHERE id = moved FOR UPDATE;
    -- Always in the order of their ids, so that two who change places do not wait for each other.
    PERFORM 1 FROM booking_quota
    WHERE id = known.quota_id OR (slot_id = wanted_slot AND "group" = ANY(groups)) ORDER BY id FOR NO KEY UPDATE;
    IF kini_booking_waits(wanted_slot) THEN
        RETURN 'full';
    END IF;
    room := kini_booking_room(at, wanted_slot, groups, known.party);
    IF room IS NULL THEN
        RETURN 'full';
    END IF;
    UPDATE booking_booking SET slot_id = wanted_slot, quota_id = room, period = once WHERE id = moved;
    RETURN 'booked';
EXCEPTION WHEN unique_violation THEN
    RETURN 'double';
END
$$;
"""

# Offers what is free in a slot to those who wait, in their order, each until a moment; gives the ids of the offers.
OFFER = """
CREATE FUNCTION kini_booking_offer(at timestamptz, wanted_slot bigint, until timestamptz) RETURNS SETOF bigint
LANGUAGE plpgsql AS $$
DECLARE
    next booking_booking;
    room bigint;
BEGIN
    FOR next IN
        SELECT * FROM booking_booking
        WHERE slot_id = wanted_slot AND state = 'waiting' AND draft_id IS NOT NULL ORDER BY made_at, id
        FOR UPDATE SKIP LOCKED
    LOOP
        room := kini_booking_room(at, wanted_slot, ARRAY[next."group", '']::text[], next.party);
        IF room IS NOT NULL THEN
            UPDATE booking_booking SET state = 'offered', quota_id = room, expires_at = until WHERE id = next.id;
            RETURN NEXT next.id;
        END IF;
    END LOOP;
END
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("booking", "0001_initial")]
    operations = [
        migrations.RunSQL(COUNT, NO_COUNT),
        migrations.RunSQL(ROOM, "DROP FUNCTION kini_booking_room(timestamptz, bigint, text[], integer)"),
        migrations.RunSQL(WAITS, "DROP FUNCTION kini_booking_waits(bigint)"),
        migrations.RunSQL(
            BOOK,
            "DROP FUNCTION kini_book(timestamptz, bigint, text[], integer, bigint, text, text, text, timestamptz,"
            " bigint, uuid, bytea)",
        ),
        migrations.RunSQL(MOVE, "DROP FUNCTION kini_rebook(timestamptz, bigint, bigint, text[], text)"),
        migrations.RunSQL(OFFER, "DROP FUNCTION kini_booking_offer(timestamptz, bigint, timestamptz)"),
    ]
