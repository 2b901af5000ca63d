"""A refused booking changes nothing, also without an outer transaction: an earlier hold stays."""

from django.db import migrations

PARAMETERS = (
    "at timestamptz, wanted_slot bigint, groups text[], size integer, who bigint, once text, ref text,"
    " becomes text, until timestamptz, booked_by bigint, from_draft uuid, sealed bytea"
)
TYPES = "timestamptz, bigint, text[], integer, bigint, text, text, text, timestamptz, bigint, uuid, bytea"

# A savepoint is needed only to give something up.
BOOK = f"""
ALTER FUNCTION kini_book({TYPES}) RENAME TO kini_book_for;
CREATE FUNCTION kini_book({PARAMETERS}) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    verdict text;
BEGIN
    PERFORM 1 FROM booking_booking
    WHERE resident_id = who AND period = once AND state IN ('held', 'waiting', 'offered');
    IF NOT FOUND THEN
        RETURN kini_book_for(
            at, wanted_slot, groups, size, who, once, ref, becomes, until, booked_by, from_draft, sealed
        );
    END IF;
    BEGIN
        verdict := kini_book_for(
            at, wanted_slot, groups, size, who, once, ref, becomes, until, booked_by, from_draft, sealed
        );
        IF verdict <> 'booked' THEN
            RAISE EXCEPTION USING ERRCODE = 'KI001', MESSAGE = verdict;
        END IF;
        RETURN verdict;
    EXCEPTION WHEN SQLSTATE 'KI001' THEN
        RETURN SQLERRM;
    END;
END
$$;
"""
BACK = f"""
DROP FUNCTION kini_book({TYPES});
ALTER FUNCTION kini_book_for({TYPES}) RENAME TO kini_book;
"""


class Migration(migrations.Migration):
    dependencies = [("booking", "0003_turns")]
    operations = [migrations.RunSQL(BOOK, BACK)]
